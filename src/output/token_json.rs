//! The objects with a token that programs read as JSON.

use serde::Serialize;
use time::{OffsetDateTime, UtcOffset};
use tokcache_core::acquire::{AuthenticationResult, Source};
use tokcache_core::time::Timestamp;

use super::token_view::TokenView;

/// The object of `token -o json`.
#[derive(Serialize)]
pub(super) struct JsonToken<'a> {
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
struct JsonAccount<'a> {
    username: &'a str,
    home_account_id: &'a str,
}

/// The object of `az account get-access-token`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AzToken<'a> {
    access_token: &'a str,
    expires_on: String,
    #[serde(rename = "expires_on")]
    expires_on_epoch: i64,
    tenant: &'a str,
    token_type: &'a str,
}

/// The object of `azd auth token --output json`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AzdToken<'a> {
    token: &'a str,
    expires_on: String,
}

/// The object that a client of Kubernetes wants from a credential plugin (`client.authentication.k8s.io`).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExecCredential<'a> {
    api_version: &'a str,
    kind: &'a str,
    status: ExecCredentialStatus<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ExecCredentialStatus<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    expiration_timestamp: Option<String>,
    token: &'a str,
}

/// The versions of the object of Kubernetes, the newest first. A client names one, and refuses an answer in another.
pub(crate) const EXEC_CREDENTIAL_VERSIONS: [&str; 2] =
    ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"];

impl<'a> JsonToken<'a> {
    pub(super) fn of(view: &TokenView<'a>) -> Self {
        let AuthenticationResult { account, .. } = view.outcome;
        let account = account.as_ref();
        let expires_on = known_end(view.outcome);
        JsonToken {
            access_token: view.outcome.access_token.expose(),
            token_type: &view.outcome.token_type,
            expires_on: expires_on.map(|on| on.0),
            expires_at: expires_on.and_then(in_rfc3339),
            expires_in: expires_on.map(|on| on.seconds_since(view.now)),
            scope: view.outcome.scopes.to_string(),
            requested_scope: view.requested.to_string(),
            account: account.map(|account| JsonAccount {
                username: &account.username,
                home_account_id: account.home_account_id.as_str(),
            }),
            tenant: view.outcome.realm.as_str(),
            client_id: view.client_id,
            source: match view.outcome.source {
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
}

impl<'a> AzToken<'a> {
    pub(super) fn of(view: &TokenView<'a>) -> Self {
        let expires_on = view.outcome.expires_on.min(Timestamp::LATEST);
        AzToken {
            access_token: view.outcome.access_token.expose(),
            expires_on: local_time(expires_on),
            expires_on_epoch: expires_on.0,
            tenant: view.outcome.realm.as_str(),
            token_type: &view.outcome.token_type,
        }
    }
}

impl<'a> AzdToken<'a> {
    pub(super) fn of(view: &TokenView<'a>) -> Self {
        AzdToken {
            token: view.outcome.access_token.expose(),
            expires_on: view.outcome.expires_on.min(Timestamp::LATEST).rfc3339(),
        }
    }
}

impl<'a> ExecCredential<'a> {
    /// Returns the object in one of the known versions.
    pub(crate) fn new(version: &'a str, outcome: &'a AuthenticationResult) -> Self {
        ExecCredential {
            api_version: version,
            kind: "ExecCredential",
            status: ExecCredentialStatus {
                expiration_timestamp: known_end(outcome).and_then(in_rfc3339),
                token: outcome.access_token.expose(),
            },
        }
    }
}

/// Returns when the token expires; `None` if it is valid until it is revoked.
fn known_end(outcome: &AuthenticationResult) -> Option<Timestamp> {
    (!outcome.is_lifetime_unknown).then_some(outcome.expires_on)
}

fn in_rfc3339(on: Timestamp) -> Option<String> {
    (on <= Timestamp::LATEST).then(|| on.rfc3339())
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
