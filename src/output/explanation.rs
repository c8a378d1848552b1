//! Prints which token would be used, and why.

use serde::Serialize;

use super::text::{UNTIL_REVOKED, scopes};
use super::{json, plain, validity};

/// An explanation, ready to print.
#[derive(Serialize)]
pub(crate) struct ExplanationView {
    /// `serve`, `refresh`, `request`, `offline` or `sign_in`.
    pub(crate) decision: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) account: Option<String>,
    pub(crate) flow: String,
    /// Why the flow was chosen, if it was not named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) flow_reason: Option<&'static str>,
    pub(crate) authority: String,
    pub(crate) client_id: String,
    pub(crate) scope: String,
    #[serde(skip)]
    pub(crate) is_application: bool,
    pub(crate) store: String,
    /// The source of the cache's key, or `none`.
    pub(crate) encryption: String,
    pub(crate) lock_holder: Option<String>,
    pub(crate) access_tokens: Vec<ConsideredView>,
}

/// An access token without its secret, and the verdict on it.
#[derive(Serialize)]
pub(crate) struct ConsideredView {
    pub(crate) used: bool,
    pub(crate) verdict: String,
    pub(crate) scope: String,
    /// The requested scopes, if the granted scopes do not contain all of them by the same names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) requested_scope: Option<String>,
    pub(crate) tenant: String,
    pub(crate) client_id: String,
    /// `None` if the token is valid until it is revoked.
    pub(crate) expires_in: Option<i64>,
}

impl ExplanationView {
    /// Returns one line of JSON.
    pub(crate) fn json(&self) -> anyhow::Result<String> {
        Ok(json(self)?.to_string() + "\n")
    }

    /// Returns text for people.
    pub(crate) fn text(&self) -> String {
        let nobody = if self.is_application { "none, for an application" } else { "nobody is signed in" };
        let account = self.account.as_deref().map_or_else(|| nobody.to_owned(), plain);
        let reason = self.flow_reason.map(|reason| format!(": {reason}")).unwrap_or_default();
        let mut text = format!("{}: {}\n\n", self.decision, self.reason);
        for (name, value) in [
            ("account", account),
            ("flow", self.flow.clone() + &reason),
            ("scope", plain(&self.scope)),
            ("authority", plain(&self.authority)),
            ("client", plain(&self.client_id)),
            ("store", plain(&self.store)),
            ("encryption", plain(&self.encryption)),
        ] {
            text += &format!("  {name:<10} {value}\n");
        }
        if let Some(holder) = &self.lock_holder {
            text += &format!("  {:<10} held by {}\n", "lock", plain(holder));
        }
        if !self.access_tokens.is_empty() {
            text += "\naccess tokens considered:\n";
        }
        for token in &self.access_tokens {
            let mark = if token.used { '*' } else { ' ' };
            let tenant =
                if token.tenant.is_empty() { String::new() } else { format!(", tenant {}", plain(&token.tenant)) };
            text += &format!(
                "  {mark} {}: {} (client {}{tenant}, {})\n",
                plain(&scopes(&token.scope, token.requested_scope.as_deref())),
                plain(&token.verdict),
                plain(&token.client_id),
                token.expires_in.map_or_else(|| UNTIL_REVOKED.to_owned(), validity),
            );
        }
        text
    }
}
