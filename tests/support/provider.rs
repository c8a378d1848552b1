//! A provider on loopback with configurable answers.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use serde_json::{Value, json};
use tiny_http::{Header, Response, Server};

pub(crate) const DEVICE_CODE: &str = "canary/+device'code\"of=a\\long$life";
pub(crate) const NEW_ACCESS_TOKEN: &str = "canary/+new'access\"token=of\\a$long";
pub(crate) const NEW_REFRESH_TOKEN: &str = "canary/+new'refresh\"token=of\\a$long";

/// A provider that answers until it is dropped.
pub(crate) struct Provider {
    server: Arc<Server>,
    thread: Option<JoinHandle<()>>,
}

impl Provider {
    /// Starts a provider. `answer` returns the status and the body for a path and a form. A text is sent as it is.
    pub(crate) fn start(answer: impl Fn(&str, &str) -> (u16, Value) + Send + 'static) -> Provider {
        Provider::start_with(Duration::ZERO, &[], answer)
    }

    /// Like [`start`](Self::start), for a provider whose clock is behind this machine's.
    pub(crate) fn start_behind(
        behind: Duration,
        answer: impl Fn(&str, &str) -> (u16, Value) + Send + 'static,
    ) -> Provider {
        Provider::start_with(behind, &[], answer)
    }

    /// Like [`start`](Self::start), for a provider whose public documents lack these members.
    pub(crate) fn start_without(
        members: &'static [&'static str],
        answer: impl Fn(&str, &str) -> (u16, Value) + Send + 'static,
    ) -> Provider {
        Provider::start_with(Duration::ZERO, members, answer)
    }

    fn start_with(
        behind: Duration,
        missing: &'static [&'static str],
        answer: impl Fn(&str, &str) -> (u16, Value) + Send + 'static,
    ) -> Provider {
        let server = Arc::new(Server::http("127.0.0.1:0").unwrap());
        let (serving, address) = (server.clone(), format!("http://{}", server.server_addr()));
        let thread = std::thread::spawn(move || {
            for mut request in serving.incoming_requests() {
                let mut form = String::new();
                // A client may close the connection early, because it was killed or has waited long enough.
                if request.as_reader().read_to_string(&mut form).is_err() {
                    continue;
                }
                let path = request.url().to_owned();
                let (status, body) = match document(&address, &path) {
                    Some(mut document) => {
                        document.as_object_mut().unwrap().retain(|name, _| !missing.contains(&name.as_str()));
                        (200, document)
                    }
                    None => answer(&path, &form),
                };
                let body = match body {
                    Value::String(text) => text,
                    json => json.to_string(),
                };
                let response = Response::from_string(body).with_status_code(status);
                let _ = request.respond(response.with_header(date(behind)));
            }
        });
        Provider { server, thread: Some(thread) }
    }

    pub(crate) fn address(&self) -> String {
        format!("http://{}", self.server.server_addr())
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.server.unblock();
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

/// Returns the public document at this path: the metadata of the provider, of the protected resource `/mcp`, or of the
/// authorization server that the resource trusts, which registers clients with a secret.
fn document(address: &str, path: &str) -> Option<Value> {
    let metadata = |issuer: &str| {
        json!({
            "issuer": format!("{address}/{issuer}"),
            "authorization_endpoint": format!("{address}/tenant/authorize"),
            "token_endpoint": format!("{address}/tenant/token"),
            "device_authorization_endpoint": format!("{address}/tenant/device"),
            "pushed_authorization_request_endpoint": format!("{address}/tenant/par"),
            "revocation_endpoint": format!("{address}/tenant/revoke"),
        })
    };
    match path {
        "/.well-known/oauth-protected-resource/mcp" => Some(json!({
            "resource": format!("{address}/mcp"),
            "authorization_servers": [format!("{address}/company")],
        })),
        "/.well-known/oauth-authorization-server/company" => {
            let mut document = metadata("company");
            document["registration_endpoint"] = json!(format!("{address}/tenant/register"));
            document["code_challenge_methods_supported"] = json!(["S256"]);
            document["token_endpoint_auth_methods_supported"] = json!(["client_secret_post"]);
            Some(document)
        }
        path => path.ends_with("/openid-configuration").then(|| metadata("tenant")),
    }
}

/// Answers a pushed authorization request (RFC 9126), and comes back to the client with this code, as a browser does in
/// which a person has signed in.
pub(crate) fn pushed(form: &str, code: &'static str) -> (u16, Value) {
    let field = |name: &str| form.split('&').find_map(|field| field.strip_prefix(name)?.strip_prefix('=')).unwrap();
    let uri = percent_encoding::percent_decode_str(field("redirect_uri")).decode_utf8().unwrap().into_owned();
    let code = percent_encoding::utf8_percent_encode(code, percent_encoding::NON_ALPHANUMERIC);
    let query = format!("code={code}&state={}", field("state"));
    std::thread::spawn(move || {
        let (host, path) = uri.strip_prefix("http://").unwrap().split_once('/').unwrap();
        // The client may have ended, because the test has killed it.
        let Ok(mut client) = TcpStream::connect(host) else { return };
        let _ = write!(client, "GET /{path}?{query} HTTP/1.1\r\nHost: {host}\r\n\r\n");
        let _ = client.read_to_end(&mut Vec::new());
    });
    (201, json!({ "request_uri": "urn:example:request", "expires_in": 60 }))
}

/// Returns the `Date` header of such a clock (RFC 9110 §5.6.7).
#[expect(clippy::disallowed_methods, reason = "compared with the clock of the program")]
fn date(behind: Duration) -> Header {
    let then = time::OffsetDateTime::from(SystemTime::now() - behind);
    let (day, month) = (then.weekday().to_string(), then.month().to_string());
    let clock = format!("{:02}:{:02}:{:02}", then.hour(), then.minute(), then.second());
    let date = format!("{}, {:02} {} {} {clock} GMT", &day[..3], then.day(), &month[..3], then.year());
    Header::from_bytes("Date", date).unwrap()
}

/// Answers as a provider that signs everybody in.
pub(crate) fn generous(path: &str, _form: &str) -> (u16, Value) {
    match path {
        "/tenant/device" => (200, device_authorization()),
        "/tenant/token" => (200, tokens()),
        _ => (200, Value::Null),
    }
}

pub(crate) fn device_authorization() -> Value {
    json!({
        "device_code": DEVICE_CODE, "user_code": "WDJB-MJHT", "verification_uri": "https://idp.example.com/device",
        "expires_in": 60, "interval": 1
    })
}

pub(crate) fn tokens() -> Value {
    json!({
        "access_token": NEW_ACCESS_TOKEN, "refresh_token": NEW_REFRESH_TOKEN, "token_type": "Bearer",
        "expires_in": 3600, "scope": "api:read", "id_token": id_token("bob@example.com")
    })
}

/// Returns an unsigned ID token. Nothing is granted because of it.
pub(crate) fn id_token(username: &str) -> String {
    let claims = json!({ "sub": "bob-id", "preferred_username": username, "name": username });
    format!("e30.{}.", BASE64_URL_SAFE_NO_PAD.encode(claims.to_string()))
}
