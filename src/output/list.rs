//! Accounts and the tokens held for each, without one secret.

use serde::Serialize;

use super::text::{UNTIL_REVOKED, scopes};
use super::{json, plain, validity};

/// What a cache holds, fit to be shown.
#[derive(Serialize)]
#[serde(transparent)]
pub(crate) struct ListView {
    pub(crate) accounts: Vec<AccountView>,
}

/// An account; without a name where the tokens belong to no user (client credentials).
#[derive(Serialize)]
pub(crate) struct AccountView {
    pub(crate) username: Option<String>,
    pub(crate) home_account_id: Option<String>,
    pub(crate) environment: Option<String>,
    pub(crate) tenants: Vec<String>,
    /// The clients that hold a refresh token.
    pub(crate) clients: Vec<String>,
    pub(crate) access_tokens: Vec<AccessTokenView>,
}

/// An access token, all but the token.
#[derive(Serialize)]
pub(crate) struct AccessTokenView {
    pub(crate) client_id: String,
    pub(crate) tenant: String,
    pub(crate) scope: String,
    /// What was asked for, where not all of that came by its own name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) requested_scope: Option<String>,
    pub(crate) token_type: String,
    /// `None`, like the two that follow: until it is revoked.
    pub(crate) expires_on: Option<i64>,
    pub(crate) expires_at: Option<String>,
    pub(crate) expires_in: Option<i64>,
    pub(crate) refresh_on: Option<i64>,
}

impl ListView {
    /// One line of JSON.
    pub(crate) fn json(&self) -> anyhow::Result<String> {
        Ok(json(self)?.to_string() + "\n")
    }

    /// For people: a line for each account, and indented under it one for each of its tokens.
    pub(crate) fn table(&self) -> String {
        let mut lines = String::new();
        for account in &self.accounts {
            lines += &account.line();
            for token in &account.access_tokens {
                lines += &token.line();
            }
        }
        lines
    }
}

impl AccountView {
    fn line(&self) -> String {
        let name = match (self.username.as_deref(), self.home_account_id.as_deref()) {
            (Some(""), Some(id)) => plain(id),
            (Some(username), Some(id)) => format!("{}  {}", plain(username), plain(id)),
            _ => "(no user)".to_owned(),
        };
        let refresh = match self.clients.as_slice() {
            [] => "no refresh token".to_owned(),
            clients => format!("refreshable by {}", plain(&clients.join(", "))),
        };
        let environment = self.environment.as_deref().map(plain).unwrap_or_default();
        format!("{name}  {environment}  {refresh}\n")
    }
}

impl AccessTokenView {
    fn line(&self) -> String {
        let validity = self.expires_in.map_or_else(|| UNTIL_REVOKED.to_owned(), validity);
        let scopes = plain(&scopes(&self.scope, self.requested_scope.as_deref()));
        format!("  {validity:<18}  {scopes}  (client {})\n", plain(&self.client_id))
    }
}
