//! Parses a provider's data file.

use std::collections::BTreeMap;
use std::path::Path;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokcache_core::time::{Clock, SystemClock};

/// A data file. `README.md` explains its members.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Script {
    pub(crate) login: Login,
    pub(crate) expect: Expect,
    /// The cache that an MSAL library has written, for a provider at which tokcache cannot sign in.
    pub(crate) earlier: Option<String>,
    #[serde(default)]
    pub(crate) answer: Vec<Answer>,
}

/// The arguments that a user types.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Login {
    pub(crate) authority: String,
    pub(crate) client_id: String,
    #[serde(default)]
    pub(crate) scope: Vec<String>,
    /// The content of the file that `--client-secret-file` names.
    pub(crate) client_secret: Option<String>,
    #[serde(default)]
    pub(crate) arguments: Vec<String>,
    /// The arguments beside the client that mean the same with `--provider`.
    pub(crate) preset: Option<Vec<String>>,
}

/// The output that the user sees.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expect {
    #[serde(default)]
    pub(crate) login_exit: i32,
    pub(crate) login_says: Vec<String>,
    pub(crate) token: Option<String>,
    #[serde(default)]
    pub(crate) later: Vec<String>,
    pub(crate) ended: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) revoked: Vec<String>,
    #[serde(default)]
    pub(crate) clear_says: Vec<String>,
}

/// An answer, and the request that it is for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answer {
    to: String,
    #[serde(default)]
    form: BTreeMap<String, String>,
    #[serde(default)]
    header: BTreeMap<String, String>,
    #[serde(default)]
    without: Vec<String>,
    #[serde(default)]
    scope_has: Vec<String>,
    #[serde(default)]
    scope_lacks: Vec<String>,
    times: Option<usize>,

    #[serde(default = "ok")]
    pub(crate) status: u16,
    #[serde(rename = "type")]
    pub(crate) content_type: Option<String>,
    pub(crate) wait: Option<u64>,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    #[serde(default)]
    body: String,
}

fn ok() -> u16 {
    200
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Script {
    #[track_caller]
    pub(crate) fn read(path: &Path) -> Script {
        let text = std::fs::read_to_string(path).unwrap();
        toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Returns the host names of the provider.
    pub(crate) fn hosts(&self) -> impl Iterator<Item = &str> {
        let urls = self.answer.iter().filter_map(|answer| answer.to.split_once(' ')).map(|(_method, url)| url);
        urls.chain([self.login.authority.as_str()]).filter_map(|url| url.split('/').nth(2))
    }

    /// Returns the first answer to this request that is not used up.
    pub(crate) fn answer(&mut self, request: &Request) -> Option<&Answer> {
        let answer = self.answer.iter_mut().find(|answer| answer.times != Some(0) && answer.is_to(request))?;
        answer.times = answer.times.map(|times| times - 1);
        Some(answer)
    }
}

impl Answer {
    /// Returns the JSON of the answer if it is to a request for the metadata.
    pub(crate) fn metadata(&self) -> Option<Value> {
        let is_metadata = self.to.ends_with("/.well-known/openid-configuration") && self.status == 200;
        is_metadata.then(|| serde_json::from_str(&self.body()).unwrap())
    }

    /// Whether the answer is to a `POST` to this URL.
    pub(crate) fn is_of(&self, url: &str) -> bool {
        self.to == format!("POST {url}")
    }

    fn is_to(&self, request: &Request) -> bool {
        let form = request.form();
        let scope: Vec<_> = form.get("scope").map(String::as_str).unwrap_or_default().split(' ').collect();
        let has =
            |fields: &BTreeMap<String, String>, (name, value): (&String, &String)| fields.get(name) == Some(value);
        self.to == format!("{} {}", request.method, request.url)
            && self.form.iter().all(|field| has(&form, field))
            && self.header.iter().all(|field| has(&request.headers, field))
            && !self.without.iter().any(|name| form.contains_key(name))
            && self.scope_has.iter().all(|word| scope.contains(&word.as_str()))
            && !self.scope_lacks.iter().any(|word| scope.contains(&word.as_str()))
    }

    pub(crate) fn body(&self) -> String {
        filled_text(&self.body)
    }
}

impl Request {
    pub(crate) fn form(&self) -> BTreeMap<String, String> {
        let fields = self.body.split('&').filter_map(|field| field.split_once('='));
        let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
        fields.map(|(name, value)| (decode(name), decode(value))).collect()
    }
}

/// Fills in the `@` members of JSON. Returns any other text as it is.
#[track_caller]
pub(crate) fn filled_text(text: &str) -> String {
    match serde_json::from_str::<Value>(text) {
        Ok(body) => filled(body).to_string(),
        Err(error) if text.trim_start().starts_with('{') => panic!("{error} in {text}"),
        Err(_) => text.trim_end().to_owned(),
    }
}

/// Replaces `"@now"`, `"@now+60"` and `"@now-60"` by seconds (by text with `@@`), and `{"@jwt": CLAIMS}` by an unsigned
/// JWT. A client accepts that, because the token comes directly from the token endpoint.
fn filled(value: Value) -> Value {
    match value {
        Value::String(text) => match (text.strip_prefix("@now"), text.strip_prefix("@@now")) {
            (Some(offset), _) => json!(seconds(offset)),
            (_, Some(offset)) => json!(seconds(offset).to_string()),
            _ => Value::String(text),
        },
        Value::Array(items) => items.into_iter().map(filled).collect(),
        Value::Object(mut members) => match members.remove("@jwt") {
            Some(claims) => json!(jwt(&filled(claims))),
            None => {
                Value::Object(members.into_iter().map(|(name, value)| (name, filled(value))).collect::<Map<_, _>>())
            }
        },
        other => other,
    }
}

/// Returns the current time plus the offset.
fn seconds(offset: &str) -> i64 {
    SystemClock::new().now().0 + offset.parse::<i64>().unwrap_or_default()
}

fn jwt(claims: &Value) -> String {
    let encode = |text: String| BASE64_URL_SAFE_NO_PAD.encode(text);
    format!(
        "{}.{}.{}",
        encode(json!({ "alg": "RS256" }).to_string()),
        encode(claims.to_string()),
        encode("signature".into())
    )
}
