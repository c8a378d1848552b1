//! Routes a request to the provider, and decides what is logged. The log contains no secrets.

use std::collections::HashMap;
use std::io::{self, Read as _};

use percent_encoding::percent_decode_str;
use tiny_http::{Method, Request};
use tokcache_core::time::Timestamp;

use crate::provider::{Provider, Reply};

/// The maximum size of a form in bytes.
const LONGEST_BODY: u64 = 64 * 1024;

/// The parts of a request that matter to the provider.
pub(crate) struct Call {
    post: bool,
    path: String,
    query: Form,
    form: Form,
    bearer: String,
}

impl Call {
    /// Reads the request with its body.
    pub(crate) fn read(request: &mut Request) -> io::Result<Call> {
        let mut body = String::new();
        request.as_reader().take(LONGEST_BODY).read_to_string(&mut body)?;
        let (path, query) = request.url().split_once('?').unwrap_or((request.url(), ""));
        let authorization = request.headers().iter().find(|header| header.field.equiv("Authorization"));
        let bearer = authorization.and_then(|header| header.value.as_str().strip_prefix("Bearer ")).unwrap_or_default();
        Ok(Call {
            post: *request.method() == Method::Post,
            path: path.to_owned(),
            query: Form::parse(query),
            form: Form::parse(&body),
            bearer: bearer.to_owned(),
        })
    }
}

/// `application/x-www-form-urlencoded` fields.
struct Form(HashMap<String, String>);

impl Form {
    fn parse(text: &str) -> Form {
        let decode = |part: &str| percent_decode_str(&part.replace('+', " ")).decode_utf8_lossy().into_owned();
        let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
        Form(pairs.map(|(name, value)| (decode(name), decode(value))).collect())
    }

    /// Returns the field; empty if it is missing. An empty field counts as missing (RFC 6749 §3.2).
    fn field(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
}

/// The response, and its lines in the log.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) body: String,
    pub(crate) log: Vec<String>,
}

impl Answer {
    /// Returns an answer of one line for people.
    pub(crate) fn text(status: u16, line: String) -> Answer {
        Answer { status, content_type: "text/plain; charset=utf-8", body: line.clone() + "\n", log: vec![line] }
    }

    fn json(what: &str, reply: Reply) -> Answer {
        let (status, body, outcome) = match reply {
            Ok(body) => (200, body, String::new()),
            Err(refusal) => {
                let status = if refusal.error == "invalid_token" { 401 } else { 400 };
                let body = serde_json::json!({"error": refusal.error, "error_description": refusal.description});
                (status, body, format!(" {}: {}", refusal.error, refusal.description))
            }
        };
        let log = vec![format!("{what} -> {status}{outcome}")];
        Answer { status, content_type: "application/json", body: body.to_string(), log }
    }
}

/// Finds the endpoint and returns its answer.
pub(crate) fn answer(provider: &mut Provider, call: &Call, now: Timestamp) -> Answer {
    match (call.post, call.path.as_str()) {
        (false, "/.well-known/openid-configuration" | "/.well-known/oauth-authorization-server") => {
            Answer::json("discovery", Ok(provider.metadata()))
        }
        (false, "/keys") => Answer::json("keys", Ok(provider.key_set())),
        (true, "/device_authorization") => authorize_device(provider, &call.form, now),
        (false, "/device") => approve(provider, call.query.field("user_code")),
        (true, "/token") => token(provider, &call.form, now),
        (true, "/revoke") => Answer::json("revoke", Ok(provider.revoke(call.form.field("token")))),
        (false, "/me") => Answer::json("me", provider.me(&call.bearer, now)),
        _ => Answer::text(404, format!("{}: there is nothing here", call.path.escape_debug())),
    }
}

fn authorize_device(provider: &mut Provider, form: &Form, now: Timestamp) -> Answer {
    let reply = provider.authorize_device(form.field("client_id"), form.field("scope"), now);
    let page = reply.as_ref().ok().map(|device| device["verification_uri_complete"].clone());
    let mut answer = Answer::json("device_authorization", reply);
    if let Some(page) = page.as_ref().and_then(|page| page.as_str()) {
        let or_wait = provider.approve_after.map_or_else(String::new, |seconds| format!(", or wait {seconds} s"));
        answer.log.push(format!("to approve, open {page}{or_wait}"));
    }
    answer
}

fn approve(provider: &mut Provider, user_code: &str) -> Answer {
    if user_code.is_empty() {
        let body = "<form>Code <input name=user_code autofocus> <button>Approve</button></form>".to_owned();
        return Answer { status: 200, content_type: "text/html", body, log: vec!["device -> 200".to_owned()] };
    }
    match provider.approve(user_code) {
        true => Answer::text(200, "approved: go back to the terminal".to_owned()),
        false => Answer::text(404, "no such code, or it has been used".to_owned()),
    }
}

fn token(provider: &mut Provider, form: &Form, now: Timestamp) -> Answer {
    let client_id = form.field("client_id");
    match form.field("grant_type") {
        "urn:ietf:params:oauth:grant-type:device_code" => {
            let reply = provider.redeem_device_code(client_id, form.field("device_code"), now);
            Answer::json("token device_code", reply)
        }
        "refresh_token" => {
            let reply = provider.refresh(client_id, form.field("refresh_token"), form.field("scope"), now);
            Answer::json("token refresh_token", reply)
        }
        _ => {
            let (error, description) = ("unsupported_grant_type", "only device_code and refresh_token");
            Answer::json("token", Err(crate::provider::Refusal { error, description }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(provider: &mut Provider, post: bool, path: &str, form: &str, bearer: &str) -> Answer {
        let (query, form) = if post { ("", form) } else { (form, "") };
        let (query, form) = (Form::parse(query), Form::parse(form));
        let call = Call { post, path: path.to_owned(), query, form, bearer: bearer.to_owned() };
        answer(provider, &call, Timestamp(1_700_000_000))
    }

    fn parsed(answer: &Answer) -> serde_json::Value {
        serde_json::from_str(&answer.body).unwrap()
    }

    #[test]
    fn a_sign_in_by_the_endpoints_that_discovery_names() {
        let mut provider = Provider::new("", None, 60).unwrap();
        let metadata = parsed(&call(&mut provider, false, "/.well-known/openid-configuration", "", ""));
        let endpoint = |name: &str| metadata[name].as_str().unwrap().to_owned();
        let (device, token) = (endpoint("device_authorization_endpoint"), endpoint("token_endpoint"));

        let code = parsed(&call(&mut provider, true, &device, "client_id=cli&scope=openid+a%2Fb", ""));
        let user_code = format!("user_code={}", code["user_code"].as_str().unwrap());
        assert_eq!(call(&mut provider, false, "/device", &user_code, "").status, 200);
        let form = format!(
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&client_id=cli&device_code={}",
            code["device_code"].as_str().unwrap()
        );
        let granted = parsed(&call(&mut provider, true, &token, &form, ""));
        let me = call(&mut provider, false, "/me", "", granted["access_token"].as_str().unwrap());
        assert_eq!((me.status, &parsed(&me)["scope"]), (200, &"openid a/b".into()));
    }

    #[test]
    fn no_secret_comes_into_the_log() {
        let mut provider = Provider::new("", Some(0), 60).unwrap();
        let device = call(&mut provider, true, "/device_authorization", "client_id=cli", "");
        let code = parsed(&device)["device_code"].as_str().unwrap().to_owned();
        let form = format!("grant_type=urn:ietf:params:oauth:grant-type:device_code&client_id=cli&device_code={code}");
        let granted = call(&mut provider, true, "/token", &form, "");
        let log = [device.log, granted.log.clone()].concat().join("\n");
        assert!(!log.contains(&code), "{log}");
        for field in ["access_token", "refresh_token", "id_token"] {
            assert!(!log.contains(parsed(&granted)[field].as_str().unwrap()), "{field} in {log}");
        }
    }

    #[test]
    fn a_refusal_says_why_on_both_sides() {
        let mut provider = Provider::new("", None, 60).unwrap();
        let refused = call(&mut provider, true, "/token", "grant_type=password", "");
        assert_eq!((refused.status, &parsed(&refused)["error"]), (400, &"unsupported_grant_type".into()));
        assert!(refused.log[0].contains("unsupported_grant_type"), "{:?}", refused.log);
        assert_eq!(call(&mut provider, false, "/me", "", "made-up").status, 401);
        assert_eq!(call(&mut provider, false, "/nowhere", "", "").status, 404);
    }
}
