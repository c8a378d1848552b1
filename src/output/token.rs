//! Prints a token in the requested format. No other module prints a secret.

use anyhow::bail;
use serde::Serialize;
use time::OffsetDateTime;
use time::UtcOffset;
use tokcache_core::acquire::{AuthenticationResult, Source};
use tokcache_core::secret::SecretBuffer;
use tokcache_core::time::Timestamp;
use tokcache_core::types::ScopeSet;
use zeroize::Zeroizing;

use super::json;
use super::shell::{push_escaped_for_curl, push_quoted, push_quoted_for_fish, push_quoted_for_powershell};

/// The formats of `-o`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, clap::ValueEnum)]
pub(crate) enum TokenFormat {
    /// The object of `az account get-access-token`
    Az,
    /// A line for `curl --config -`
    CurlConfig,
    /// `export ACCESS_TOKEN=…`, for a POSIX shell
    Env,
    /// `set -gx ACCESS_TOKEN …`
    Fish,
    /// `Authorization: Bearer …`
    Header,
    /// A JSON object of headers, for `credential mcp-headers`.
    #[value(skip)]
    HeadersJson,
    /// One line of JSON with the expiry, the scopes and the account
    Json,
    /// `$env:ACCESS_TOKEN = …`
    Powershell,
    /// The token and a line break
    #[default]
    Token,
}

/// A token and the data printed with it.
pub(crate) struct TokenView<'a> {
    pub(crate) outcome: &'a AuthenticationResult,
    pub(crate) client_id: &'a str,
    /// The requested scopes.
    pub(crate) requested: &'a ScopeSet,
    pub(crate) now: Timestamp,
}

#[derive(Serialize)]
struct JsonToken<'a> {
    access_token: &'a str,
    token_type: &'a str,
    /// `None`, like the next two fields, if the token is valid until it is revoked.
    expires_on: Option<i64>,
    expires_at: Option<String>,
    expires_in: Option<i64>,
    scope: String,
    requested_scope: String,
    /// `None` if the token is the client's own.
    account: Option<JsonAccount<'a>>,
    tenant: &'a str,
    client_id: &'a str,
    source: &'a str,
}

#[derive(Serialize)]
struct Headers<'a> {
    #[serde(rename = "Authorization")]
    authorization: &'a str,
}

#[derive(Serialize)]
struct JsonAccount<'a> {
    username: &'a str,
    home_account_id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AzToken<'a> {
    access_token: &'a str,
    expires_on: String,
    #[serde(rename = "expires_on")]
    expires_on_epoch: i64,
    tenant: &'a str,
    token_type: &'a str,
}

impl TokenView<'_> {
    /// Returns the token in `format`, with its line break.
    pub(crate) fn render(&self, format: TokenFormat) -> anyhow::Result<SecretBuffer> {
        let AuthenticationResult { access_token, token_type, .. } = self.outcome;
        let secret = access_token.expose();
        if format != TokenFormat::Json {
            ensure_plain(self.outcome)?;
        }
        // The room is enough for the shortest format.
        let mut text = SecretBuffer::with_capacity(secret.len() + "\n".len());
        match format {
            TokenFormat::Az => text.push_str(&json(&self.az())?),
            TokenFormat::CurlConfig => {
                text.push_str("header = \"");
                push_escaped_for_curl(&mut text, &authorization(token_type, secret));
                text.push('"');
            }
            TokenFormat::Env => {
                text.push_str("export ACCESS_TOKEN=");
                push_quoted(&mut text, secret);
            }
            TokenFormat::Fish => {
                text.push_str("set -gx ACCESS_TOKEN ");
                push_quoted_for_fish(&mut text, secret);
            }
            TokenFormat::Header => text.push_str(&authorization(token_type, secret)),
            TokenFormat::HeadersJson => {
                let header = authorization(token_type, secret);
                let value = header.strip_prefix("Authorization: ").unwrap_or_default();
                text.push_str(&json(&Headers { authorization: value })?);
            }
            TokenFormat::Json => text.push_str(&json(&self.token())?),
            TokenFormat::Powershell => {
                text.push_str("$env:ACCESS_TOKEN = ");
                push_quoted_for_powershell(&mut text, secret);
            }
            TokenFormat::Token => text.push_str(secret),
        }
        text.push('\n');
        Ok(text)
    }

    fn token(&self) -> JsonToken<'_> {
        let AuthenticationResult { account, expires_on, is_lifetime_unknown, .. } = self.outcome;
        let account = account.as_ref();
        let expires_on = (!is_lifetime_unknown).then_some(*expires_on);
        JsonToken {
            access_token: self.outcome.access_token.expose(),
            token_type: &self.outcome.token_type,
            expires_on: expires_on.map(|on| on.0),
            expires_at: expires_on.map(Timestamp::rfc3339),
            expires_in: expires_on.map(|on| on.seconds_since(self.now)),
            scope: self.outcome.scopes.to_string(),
            requested_scope: self.requested.to_string(),
            account: account.map(|account| JsonAccount {
                username: &account.username,
                home_account_id: account.home_account_id.as_str(),
            }),
            tenant: self.outcome.realm.as_str(),
            client_id: self.client_id,
            source: match self.outcome.source {
                Source::Cache => "cache",
                Source::Login => "login",
                Source::Refresh => "refresh",
                Source::ClientCredentials => "client_credentials",
                Source::ManagedIdentity => "managed_identity",
                Source::OnBehalfOf => "on_behalf_of",
                Source::TokenExchange => "token_exchange",
            },
        }
    }

    fn az(&self) -> AzToken<'_> {
        let expires_on = self.outcome.expires_on;
        AzToken {
            access_token: self.outcome.access_token.expose(),
            expires_on: local_time(expires_on),
            expires_on_epoch: expires_on.0,
            tenant: self.outcome.realm.as_str(),
            token_type: &self.outcome.token_type,
        }
    }
}

/// Refuses a token that would forge a header or a command. RFC 6750 §2.1 allows only visible ASCII.
pub(crate) fn ensure_plain(outcome: &AuthenticationResult) -> anyhow::Result<()> {
    let is_plain = outcome.token_type.bytes().all(|byte| byte.is_ascii_graphic());
    if !(is_plain && outcome.access_token.is_visible_ascii()) {
        bail!("the access token contains characters that a header cannot carry; -o json prints it escaped");
    }
    Ok(())
}

/// Returns the `Authorization` header, name and value (RFC 6750 §2.1).
fn authorization(token_type: &str, secret: &str) -> Zeroizing<String> {
    let scheme = if token_type.eq_ignore_ascii_case("bearer") { "Bearer" } else { token_type };
    let mut header = SecretBuffer::new();
    for part in ["Authorization: ", scheme, " ", secret] {
        header.push_str(part);
    }
    header.finish()
}

/// Returns the local time without an offset, as `az` prints it. Falls back to UTC if the local offset is unknown.
fn local_time(on: Timestamp) -> String {
    let utc = OffsetDateTime::from_unix_timestamp(on.0).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    // The last representable time cannot be shifted later.
    let offset = UtcOffset::local_offset_at(utc).unwrap_or(UtcOffset::UTC);
    let local = utc.checked_to_offset(offset).unwrap_or(utc);
    format!(
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02}.000000",
        local.year(),
        u8::from(local.month()),
        local.day(),
        local.hour(),
        local.minute(),
        local.second()
    )
}
