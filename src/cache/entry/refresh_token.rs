use super::fields::Fields;
use crate::cache::{Defect, Refusal, Section};
use crate::secret::RefreshToken;
use crate::terms::{ClientId, Environment, FamilyId, HomeAccountId, ScopeSet};
use crate::time::Timestamp;

/// A stored refresh token.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RefreshTokenEntry {
    /// As in the file. It tells nothing.
    pub key: String,
    /// The user; `None` when nobody recorded one.
    pub home_account_id: Option<HomeAccountId>,
    /// As stored, which may be an alias.
    pub environment: Environment,
    /// The client that it was issued to.
    pub client_id: ClientId,
    /// The token.
    pub secret: RefreshToken,
    /// The family whose clients may all spend it.
    pub family_id: Option<FamilyId>,
    /// When the secret was last replaced. MSAL Node, Go and .NET do not record it.
    pub last_modification_time: Option<Timestamp>,
    /// What it was first granted for: `target`. It does not bind it.
    pub scopes: ScopeSet,
    /// That the server refused it lately. It may be out of date, and about a predecessor.
    pub refusal: Option<Refusal>,
}

impl RefreshTokenEntry {
    pub(in crate::cache) fn read(key: &str, fields: &Fields<'_>) -> Result<Self, Defect> {
        fields.check_credential_type(Section::RefreshToken)?;
        Ok(RefreshTokenEntry {
            key: key.to_owned(),
            home_account_id: fields.text("home_account_id")?.map(HomeAccountId::new),
            environment: Environment::new(&fields.required("environment")?),
            client_id: ClientId::new(fields.required("client_id")?),
            secret: RefreshToken::new(fields.required("secret")?),
            family_id: fields.text("family_id")?.map(FamilyId::new),
            last_modification_time: fields.lenient_time("last_modification_time"),
            scopes: ScopeSet::parse(&fields.lenient("target").unwrap_or_default()),
            refusal: Refusal::read(fields),
        })
    }
}
