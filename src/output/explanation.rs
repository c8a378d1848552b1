//! Prints which token would be used, and why.

use serde::Serialize;

use super::text::{UNTIL_REVOKED, scopes};
use super::{about, json, plain, validity};

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
    /// The locks that other processes hold now; `None` if the store does not tell.
    pub(crate) locks: Option<Vec<LockView>>,
    /// By how many seconds this machine's clock was ahead of the provider's at the latest response, if they differed.
    pub(crate) clock_offset: Option<i64>,
    /// The host and port of the proxy for requests to the authority, or why there can be no request.
    pub(crate) proxy: Option<String>,
    /// The places of the certificates that are trusted.
    pub(crate) trusted_certificates: Vec<String>,
    /// The refresh token that would be redeemed.
    pub(crate) refresh_token: Option<RefreshTokenView>,
    pub(crate) access_tokens: Vec<ConsideredView>,
}

/// A lock and the process that holds it.
#[derive(Serialize)]
pub(crate) struct LockView {
    /// `cache` for the time of a save, `refresh` for that of a refresh.
    pub(crate) what: &'static str,
    pub(crate) pid: Option<u32>,
    pub(crate) program: Option<String>,
    /// In seconds.
    pub(crate) held_for: Option<u64>,
}

/// A refresh token without its secret.
#[derive(Serialize)]
pub(crate) struct RefreshTokenView {
    pub(crate) client_id: String,
    pub(crate) family_id: Option<String>,
}

/// An access token without its secret, and the verdict on it.
#[derive(Serialize)]
pub(crate) struct ConsideredView {
    pub(crate) used: bool,
    /// The verdict for programs.
    pub(crate) code: &'static str,
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

impl LockView {
    fn text(&self) -> String {
        let process = match (self.pid, &self.program) {
            (Some(pid), Some(program)) => format!("{program} (process {pid})"),
            (Some(pid), None) => format!("process {pid}"),
            _ => "another process".to_owned(),
        };
        let age = self.held_for.and_then(|held_for| i64::try_from(held_for).ok());
        let age = age.map(|age| format!(" for {}", about(age))).unwrap_or_default();
        format!("{}: held by {process}{age}", self.what)
    }
}

/// Returns by how much the clocks differ.
pub(crate) fn clock(offset: i64) -> String {
    let side = if offset > 0 { "ahead of" } else { "behind" };
    format!("{} {side} the provider's", about(offset.saturating_abs()))
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
        let mut row = |name: &str, value: &str| text += &format!("  {name:<12} {value}\n");
        row("account", &account);
        row("flow", &(self.flow.clone() + &reason));
        row("scope", &plain(&self.scope));
        row("authority", &plain(&self.authority));
        row("client", &plain(&self.client_id));
        if let Some(RefreshTokenView { client_id, family_id }) = &self.refresh_token {
            let of_family = family_id.iter().map(|family| format!(", family {family}")).collect::<String>();
            row("refresh with", &plain(&format!("the refresh token of the client {client_id}{of_family}")));
        }
        row("store", &plain(&self.store));
        row("encryption", &plain(&self.encryption));
        match &self.locks {
            Some(locks) => locks.iter().for_each(|lock| row("lock", &plain(&lock.text()))),
            None => row("lock", "unknown: a shared store does not tell who holds a lock"),
        }
        row("clock", &self.clock_offset.map_or_else(|| "no difference from the provider's is known".to_owned(), clock));
        row("proxy", &self.proxy.as_deref().map_or_else(|| "none".to_owned(), plain));
        row("certificates", &plain(&self.trusted_certificates.join(", ")));
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
