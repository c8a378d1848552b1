use super::asked;
use super::fields::Fields;
use crate::cache::find::mark::AUTHORITY;
use crate::cache::{AskedAndGranted, Defect, Refusal, Section, Withheld};
use crate::secret::RefreshToken;
use crate::time::Timestamp;
use crate::types::{ClientId, Environment, FamilyId, HomeAccountId, ScopeSet};

/// A stored refresh token.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RefreshTokenEntry {
    /// As in the file. It tells nothing.
    pub key: String,
    /// The user; `None` when nobody recorded one.
    pub home_account_id: Option<HomeAccountId>,
    /// As stored, which may be an alias.
    pub environment: Environment,
    /// The [identity](crate::types::Issuer::identity) of the issuer, where the entry says it.
    pub authority: Option<String>,
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
    /// What was asked for at sign-in, where not all of that was granted by its own name.
    pub requested_scopes: ScopeSet,
    /// What was asked for at sign-in and not granted by any name.
    pub scopes_not_granted: ScopeSet,
    /// What refreshes have lately asked for in vain.
    pub withheld: Vec<Withheld>,
    /// That the server refused it lately. It may be out of date, and about a predecessor.
    pub refusal: Option<Refusal>,
}

impl RefreshTokenEntry {
    /// The scopes that the sign-in asked for and was granted, whatever the server calls them.
    pub fn asked_and_granted(&self) -> AskedAndGranted {
        AskedAndGranted {
            asked: self.requested_scopes.clone(),
            granted: self.scopes.clone(),
            not_granted: self.scopes_not_granted.clone(),
        }
    }

    pub(in crate::cache) fn read(key: &str, fields: &Fields<'_>) -> Result<Self, Defect> {
        fields.check_credential_type(Section::RefreshToken)?;
        Ok(RefreshTokenEntry {
            key: key.to_owned(),
            home_account_id: fields.text("home_account_id")?.map(HomeAccountId::new),
            environment: Environment::new(&fields.required("environment")?),
            authority: fields.text(AUTHORITY)?.map(Into::into),
            client_id: ClientId::new(fields.required("client_id")?),
            secret: RefreshToken::new(fields.required("secret")?),
            family_id: fields.text("family_id")?.map(FamilyId::new),
            last_modification_time: fields.lenient_time("last_modification_time"),
            scopes: ScopeSet::parse(&fields.lenient("target").unwrap_or_default()),
            requested_scopes: asked::requested(fields),
            scopes_not_granted: asked::not_granted(fields),
            withheld: asked::withheld(fields),
            refusal: Refusal::read(fields),
        })
    }
}
