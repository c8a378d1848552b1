//! Parses a provider's data file.

use std::collections::BTreeMap;
use std::path::Path;

use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD, Engine};
use percent_encoding::percent_decode_str;
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokcache_core::time::{Clock, SystemClock};

/// The key of all providers and applications.
const KEY: &str = include_str!("../../crates/core/src/oauth/jwt/testdata/rsa.pem");
/// A certificate of the key.
const CERTIFICATE: &str = include_str!("../../crates/core/src/oauth/jwt/testdata/rsa_certificate.pem");
const KEY_ID: &str = "first";

/// A data file. `README.md` explains its members.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Script {
    pub(crate) login: Login,
    /// The sign-in that comes before, at the identity provider of a company.
    pub(crate) company: Option<Login>,
    pub(crate) browser: Option<Browser>,
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
    #[serde(default)]
    pub(crate) authority: String,
    #[serde(default)]
    pub(crate) client_id: String,
    #[serde(default)]
    pub(crate) scope: Vec<String>,
    /// The content of the file that `--client-secret-file` names.
    pub(crate) client_secret: Option<String>,
    #[serde(default)]
    pub(crate) arguments: Vec<String>,
    /// The files that the arguments name.
    #[serde(default)]
    pub(crate) files: BTreeMap<String, String>,
    /// The variables of all commands.
    #[serde(default)]
    pub(crate) variables: BTreeMap<String, String>,
    /// The arguments of `tokcache token` and `tokcache clear`.
    #[serde(default)]
    pub(crate) token: Vec<String>,
    #[serde(default)]
    pub(crate) clear: Vec<String>,
    /// The arguments beside the client that mean the same with `--provider`.
    pub(crate) preset: Option<Vec<String>>,
}

/// The page that the user opens, and the way back.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Browser {
    /// The page without its query.
    page: String,
    /// The parameters that the page must have.
    has: BTreeMap<String, String>,
    /// Words that `scope` must, or must not, contain.
    #[serde(default)]
    scope_has: Vec<String>,
    #[serde(default)]
    scope_lacks: Vec<String>,
    /// The parameters with which the browser comes back, beside `state`.
    back: BTreeMap<String, String>,
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
    #[serde(default = "interaction_required")]
    pub(crate) ended_exit: i32,
    /// The number of requests for each of the later tokens.
    #[serde(default = "one")]
    pub(crate) requests: usize,
    /// The token after a sign-out, if no person is needed for it.
    pub(crate) anew: Option<String>,
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
    /// Members that the header of `client_assertion` must have.
    #[serde(default)]
    assertion: BTreeMap<String, String>,
    #[serde(default)]
    with: Vec<String>,
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

fn interaction_required() -> i32 {
    4
}

fn one() -> usize {
    1
}

/// Returns the header of the application's assertion (RFC 7515), if there is one.
fn assertion_header(form: &BTreeMap<String, String>) -> Value {
    let assertion = form.get("client_assertion").map(String::as_str).unwrap_or_default();
    let header = BASE64_URL_SAFE_NO_PAD.decode(assertion.split('.').next().unwrap_or_default()).unwrap_or_default();
    serde_json::from_slice(&header).unwrap_or_default()
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
        is_metadata.then(|| serde_json::from_str(&self.body("")).unwrap())
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
            && (self.assertion.is_empty() || {
                let header = assertion_header(&form);
                self.assertion.iter().all(|(name, value)| header[name] == value.as_str())
            })
            && self.with.iter().all(|name| form.contains_key(name))
            && !self.without.iter().any(|name| form.contains_key(name))
            && self.scope_has.iter().all(|word| scope.contains(&word.as_str()))
            && !self.scope_lacks.iter().any(|word| scope.contains(&word.as_str()))
    }

    /// Returns the body. `nonce` is that of the browser's page.
    pub(crate) fn body(&self, nonce: &str) -> String {
        filled_text(&self.body.replace("@nonce", nonce))
    }
}

impl Browser {
    /// Returns the redirect URI with the response of the provider, and the nonce.
    #[track_caller]
    pub(crate) fn way_back(&self, url: &str) -> (String, String) {
        let (page, query) = url.split_once('?').unwrap_or((url, ""));
        let has = fields_of(query);
        assert_eq!(page, self.page);
        for (name, value) in &self.has {
            assert_eq!(has.get(name), Some(value), "{name} in {url}");
        }
        assert!(has.contains_key("code_challenge") && has["code_challenge_method"] == "S256", "{url}");
        let scope: Vec<_> = has.get("scope").map(String::as_str).unwrap_or_default().split(' ').collect();
        let contains = |word: &String| scope.contains(&word.as_str());
        assert!(self.scope_has.iter().all(contains) && !self.scope_lacks.iter().any(contains), "{scope:?}");
        let back = self.back.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let encoded = |text| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC);
        let query: Vec<_> = back
            .chain([("state", has["state"].as_str())])
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect();
        (format!("{}?{}", has["redirect_uri"], query.join("&")), has.get("nonce").cloned().unwrap_or_default())
    }
}

impl Request {
    pub(crate) fn form(&self) -> BTreeMap<String, String> {
        fields_of(&self.body)
    }
}

/// Returns the fields of a form or a query.
fn fields_of(form: &str) -> BTreeMap<String, String> {
    let fields = form.split('&').filter_map(|field| field.split_once('='));
    let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    fields.map(|(name, value)| (decode(name), decode(value))).collect()
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

/// Fills in the key of an application and its certificate.
pub(crate) fn filled_file(text: &str) -> String {
    text.replace("@private-key", KEY).replace("@certificate", CERTIFICATE)
}

/// Replaces `"@now"`, `"@now+60"` and `"@now-60"` by seconds (by text with `@@`), `{"@jwt": CLAIMS}` by a signed JWT, and
/// `"@key"` by the public key.
fn filled(value: Value) -> Value {
    match value {
        Value::String(text) if text == "@key" => public_key(),
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

fn key() -> RsaKeyPair {
    let text: String = KEY.lines().filter(|line| !line.starts_with("-----")).collect();
    RsaKeyPair::from_pkcs8(&BASE64_STANDARD.decode(text).unwrap()).unwrap()
}

fn public_key() -> Value {
    let PublicKeyComponents { n, e } = PublicKeyComponents::<Vec<u8>>::from(key().public_key());
    let [n, e] = [n, e].map(|number| BASE64_URL_SAFE_NO_PAD.encode(number));
    json!({ "kty": "RSA", "use": "sig", "kid": KEY_ID, "n": n, "e": e })
}

fn jwt(claims: &Value) -> String {
    let encode = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", encode(&json!({ "alg": "RS256", "kid": KEY_ID })), encode(claims));
    let key = key();
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
    format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
}
