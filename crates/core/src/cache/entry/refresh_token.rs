use super::asked;
use super::fields::{AUTHORITY, Fields};
use crate::cache::{AskedAndGranted, Defect, Refusal, Section, Withheld};
use crate::secret::RefreshToken;
use crate::time::Timestamp;
use crate::types::{ClientId, Environment, FamilyId, HomeAccountId, ScopeSet};

/// A stored refresh token.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RefreshTokenEntry {
    /// The key in the file. It has no meaning.
    pub key: String,
    /// The user; `None` if the writer did not record one.
    pub home_account_id: Option<HomeAccountId>,
    /// The environment as stored, which may be an alias.
    pub environment: Environment,
    /// The [identity](crate::types::Issuer::identity) of the issuer, if the entry names it.
    pub authority: Option<String>,
    /// The client that the token was issued to.
    pub client_id: ClientId,
    /// The token.
    pub secret: RefreshToken,
    /// The family whose clients may all redeem the token.
    pub family_id: Option<FamilyId>,
    /// The time when the secret was last replaced. MSAL Node, Go and .NET do not record it.
    pub last_modification_time: Option<Timestamp>,
    /// The scopes of the first grant, `target`. The token is not limited to them.
    pub scopes: ScopeSet,
    /// The scopes that the sign-in requested, if some were not granted under their own names.
    pub requested_scopes: ScopeSet,
    /// The scopes that the sign-in requested and that were not granted under any name.
    pub scopes_not_granted: ScopeSet,
    /// The scopes that recent refreshes requested in vain.
    pub withheld: Vec<Withheld>,
    /// The server's latest refusal. It may be outdated, or about a predecessor of the token.
    pub refusal: Option<Refusal>,
}

impl RefreshTokenEntry {
    /// Returns the scopes that the sign-in requested and got, under whatever names the server uses.
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
