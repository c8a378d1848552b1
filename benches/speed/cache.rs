//! Writes cache files as MSAL Python does: one account with a given number of tokens, or a given number of accounts
//! with three tokens each.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use tokcache_core::time::{Clock as _, SystemClock};

pub(crate) const AUTHORITY: &str = "https://login.microsoftonline.com/contoso.example";
pub(crate) const CLIENT_ID: &str = "6731de76-14a6-49ae-97bc-6eba6914391e";

pub(crate) const ACCOUNT: &str = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa.11111111-1111-1111-1111-111111111111";
const ENVIRONMENT: &str = "login.microsoftonline.com";
pub(crate) const REALM: &str = "contoso.example";
pub(crate) const USERNAME: &str = "jane@contoso.example";
/// The length of Entra's access tokens.
const TOKEN_LENGTH: usize = 2000;

pub(crate) struct Cache {
    pub(crate) path: PathBuf,
    /// The scope of the last token in the file, which every contender requests.
    pub(crate) scope: String,
    pub(crate) token: String,
    /// The account to request, if there are several.
    account: Option<String>,
    /// Further settings for reading the cache, such as the place of its key.
    settings: Vec<(&'static str, String)>,
}

impl Cache {
    /// Writes the cache into `folder`.
    pub(crate) fn write(folder: &Path, tokens: usize) -> Cache {
        let path = save(folder, &document(tokens));
        let scope = scope(tokens - 1);
        Cache { path, token: secret(&scope), scope, account: None, settings: Vec::new() }
    }

    /// Writes a cache of `accounts` accounts, each with an access token, an ID token and a refresh token. The account
    /// in the middle is requested, by its user name.
    pub(crate) fn of_accounts(folder: &Path, accounts: usize) -> Cache {
        let path = save(folder, &crowd(accounts));
        let wanted = accounts / 2;
        Cache { path, token: secret(&user(wanted)), scope: scope(0), account: Some(user(wanted)), settings: Vec::new() }
    }

    /// Makes a copy that `tokcache` encrypts. `source` is the key, as `--encrypt` takes it; `settings` are the settings
    /// that it needs.
    pub(crate) fn encrypted(
        &self,
        tokcache: &Path,
        name: &str,
        source: &str,
        settings: &[(&'static str, &str)],
    ) -> Cache {
        let path = self.path.with_file_name(name);
        std::fs::copy(&self.path, &path).unwrap();
        let settings = settings.iter().copied().chain([("TOKCACHE_ENCRYPT", source)]);
        let settings = settings.map(|(name, value)| (name, value.to_owned())).collect();
        let sealed = Cache { path, settings, scope: self.scope.clone(), token: self.token.clone(), account: None };
        let output = sealed.command(tokcache).args(["cache", "encrypt"]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        sealed
    }

    /// Returns `tokcache token` for this cache.
    pub(crate) fn ask(&self, tokcache: &Path) -> Command {
        let mut command = self.command(tokcache);
        command.args(["token", "--scope", &self.scope]);
        command.args(self.account.iter().flat_map(|account| ["--account", account]));
        command
    }

    /// Returns the program with all settings in its environment.
    fn command(&self, tokcache: &Path) -> Command {
        let mut command = Command::new(tokcache);
        command.env("TOKCACHE_CONFIG_DIR", self.path.parent().unwrap());
        command.env("TOKCACHE_STORE", format!("file:{}", self.path.display()));
        command.env("TOKCACHE_AUTHORITY", AUTHORITY).env("TOKCACHE_CLIENT_ID", CLIENT_ID);
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }
}

/// Writes a file that only its owner can read.
pub(crate) fn put(path: &Path, text: &str) {
    let file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(path);
    file.unwrap().write_all(text.as_bytes()).unwrap();
}

fn save(folder: &Path, document: &Value) -> PathBuf {
    let path = folder.join("cache.json");
    let mut file = BufWriter::new(File::create(&path).unwrap());
    serde_json::to_writer_pretty(&mut file, document).unwrap();
    file.flush().unwrap();
    path
}

fn user(number: usize) -> String {
    format!("user-{number}@contoso.example")
}

fn crowd(accounts: usize) -> Value {
    let now = SystemClock::new().now().0;
    let [mut access_tokens, mut all, mut id_tokens, mut refresh_tokens] = [(); 4].map(|()| Map::new());
    for number in 0..accounts {
        let id = format!("{number:08}-aaaa-aaaa-aaaa-aaaaaaaaaaaa.11111111-1111-1111-1111-111111111111");
        let (key, mut token) = access_token(&scope(0), now);
        token["home_account_id"] = json!(id);
        token["secret"] = json!(secret(&user(number)));
        access_tokens.insert(key.replace(ACCOUNT, &id), token);
        let mut others = document(1);
        let mut taken = |section: &str, username: bool| {
            let entries = others[section].as_object_mut().unwrap();
            let (key, mut entry) = std::mem::take(entries).into_iter().next().unwrap();
            entry["home_account_id"] = json!(id);
            if username {
                entry["username"] = json!(user(number));
            }
            (key.replace(ACCOUNT, &id), entry)
        };
        all.extend([taken("Account", true)]);
        id_tokens.extend([taken("IdToken", false)]);
        refresh_tokens.extend([taken("RefreshToken", false)]);
    }
    let mut whole = document(1);
    whole["AccessToken"] = Value::Object(access_tokens);
    whole["Account"] = Value::Object(all);
    whole["IdToken"] = Value::Object(id_tokens);
    whole["RefreshToken"] = Value::Object(refresh_tokens);
    whole
}

fn scope(number: usize) -> String {
    format!("api://service-{number}/read")
}

fn document(tokens: usize) -> Value {
    let now = SystemClock::new().now().0;
    let access_tokens: Map<String, Value> = (0..tokens).map(|number| access_token(&scope(number), now)).collect();
    json!({
        "AccessToken": access_tokens,
        "Account": {format!("{ACCOUNT}-{ENVIRONMENT}-{REALM}"): {
            "home_account_id": ACCOUNT,
            "environment": ENVIRONMENT,
            "realm": REALM,
            "local_account_id": "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa",
            "username": USERNAME,
            "authority_type": "MSSTS",
        }},
        "IdToken": {format!("{ACCOUNT}-{ENVIRONMENT}-idtoken-{CLIENT_ID}-{REALM}-"): {
            "credential_type": "IdToken",
            "secret": id_token(),
            "home_account_id": ACCOUNT,
            "environment": ENVIRONMENT,
            "realm": REALM,
            "client_id": CLIENT_ID,
        }},
        "RefreshToken": {format!("{ACCOUNT}-{ENVIRONMENT}-refreshtoken-{CLIENT_ID}--api"): {
            "credential_type": "RefreshToken",
            "secret": secret("refresh token"),
            "home_account_id": ACCOUNT,
            "environment": ENVIRONMENT,
            "client_id": CLIENT_ID,
            "target": "api",
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

/// Returns a made-up ID token. It is well-formed, because MSAL Node parses it.
fn id_token() -> String {
    let claims = json!({"sub": ACCOUNT, "preferred_username": USERNAME, "tid": REALM});
    [json!({"alg": "none"}), claims, json!({})].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".")
}

/// Returns a made-up secret that differs for each `seed`.
fn secret(seed: &str) -> String {
    let mut secret = format!("{}-", seed.replace([':', '/'], "")).repeat(TOKEN_LENGTH / 10);
    secret.truncate(TOKEN_LENGTH);
    secret
}
