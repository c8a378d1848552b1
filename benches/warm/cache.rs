//! A cache file as MSAL Python writes it, of the size that a developer's has: one account and six tokens.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use tokcache::time::{Clock as _, SystemClock};

pub(crate) const AUTHORITY: &str = "https://login.microsoftonline.com/contoso.example";
pub(crate) const CLIENT_ID: &str = "6731de76-14a6-49ae-97bc-6eba6914391e";
/// The scope of the last token in the file.
pub(crate) const SCOPE: &str = "api://six/read";
pub(crate) const TOKENS: usize = SCOPES.len();

const SCOPES: [&str; 6] =
    ["api://one/read", "api://two/read", "api://three/read", "api://four/read", "api://five/read", SCOPE];
const ACCOUNT: &str = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa.11111111-1111-1111-1111-111111111111";
const ENVIRONMENT: &str = "login.microsoftonline.com";
const REALM: &str = "contoso.example";
/// As long as Entra's access tokens are.
const TOKEN_LENGTH: usize = 2000;

pub(crate) struct Cache {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
    /// The token that everybody is asked for.
    pub(crate) token: String,
}

impl Cache {
    /// Writes it into `folder`.
    pub(crate) fn write(folder: &Path) -> Cache {
        let text = serde_json::to_string_pretty(&document()).unwrap();
        let path = folder.join("cache.json");
        File::create(&path).unwrap().write_all(text.as_bytes()).unwrap();
        Cache { path, text, token: secret(SCOPE) }
    }
}

fn document() -> Value {
    let now = SystemClock::new().now().0;
    let access_tokens: Map<String, Value> = SCOPES.iter().map(|scope| access_token(scope, now)).collect();
    json!({
        "AccessToken": access_tokens,
        "Account": {format!("{ACCOUNT}-{ENVIRONMENT}-{REALM}"): {
            "home_account_id": ACCOUNT,
            "environment": ENVIRONMENT,
            "realm": REALM,
            "local_account_id": "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa",
            "username": "jane@contoso.example",
            "authority_type": "MSSTS",
        }},
        "IdToken": {format!("{ACCOUNT}-{ENVIRONMENT}-idtoken-{CLIENT_ID}-{REALM}-"): {
            "credential_type": "IdToken",
            "secret": secret("id token"),
            "home_account_id": ACCOUNT,
            "environment": ENVIRONMENT,
            "realm": REALM,
            "client_id": CLIENT_ID,
        }},
        "RefreshToken": {format!("{ACCOUNT}-{ENVIRONMENT}-refreshtoken-{CLIENT_ID}--{SCOPE}"): {
            "credential_type": "RefreshToken",
            "secret": secret("refresh token"),
            "home_account_id": ACCOUNT,
            "environment": ENVIRONMENT,
            "client_id": CLIENT_ID,
            "target": SCOPE,
            "last_modification_time": now.to_string(),
        }},
        "AppMetadata": {format!("appmetadata-{ENVIRONMENT}-{CLIENT_ID}"): {
            "client_id": CLIENT_ID,
            "environment": ENVIRONMENT,
        }},
    })
}

fn access_token(scope: &str, now: i64) -> (String, Value) {
    let key = format!("{ACCOUNT}-{ENVIRONMENT}-accesstoken-{CLIENT_ID}-{REALM}-{scope}");
    let entry = json!({
        "credential_type": "AccessToken",
        "secret": secret(scope),
        "home_account_id": ACCOUNT,
        "environment": ENVIRONMENT,
        "client_id": CLIENT_ID,
        "target": scope,
        "realm": REALM,
        "token_type": "Bearer",
        "cached_at": now.to_string(),
        "expires_on": (now + 3600).to_string(),
        "extended_expires_on": (now + 3600).to_string(),
    });
    (key, entry)
}

/// Made up, and different for each `seed`.
fn secret(seed: &str) -> String {
    let letters: String = seed.chars().filter(char::is_ascii_alphabetic).collect();
    letters.repeat(TOKEN_LENGTH / letters.len())
}
