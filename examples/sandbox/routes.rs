//! Routes a request to the provider, and decides what is logged. The log contains no secrets.

use std::io::{self, Read as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tiny_http::{Method, Request};
use tokcache_core::time::Timestamp;

use crate::code::AuthorizationRequest;
use crate::form::{Form, decode};
use crate::page;
use crate::provider::Provider;
use crate::refusal::{Refusal, Reply, refuse};

/// The maximum size of a form in bytes.
const LONGEST_BODY: u64 = 64 * 1024;

/// The parts of a request that matter to the provider.
pub(crate) struct Call {
    post: bool,
    path: String,
    query: Form,
    form: Form,
    authorization: String,
}

impl Call {
    /// Reads the request with its body.
    pub(crate) fn read(request: &mut Request) -> io::Result<Call> {
        let mut body = String::new();
        request.as_reader().take(LONGEST_BODY).read_to_string(&mut body)?;
        let (path, query) = request.url().split_once('?').unwrap_or((request.url(), ""));
        let authorization = request.headers().iter().find(|header| header.field.equiv("Authorization"));
        Ok(Call {
            post: *request.method() == Method::Post,
            path: path.to_owned(),
            query: Form::parse(query),
            form: Form::parse(&body),
            authorization: authorization.map(|header| header.value.as_str().to_owned()).unwrap_or_default(),
        })
    }

    fn bearer(&self) -> &str {
        self.authorization.strip_prefix("Bearer ").unwrap_or_default()
    }

    /// Returns the client's identifier, from the form or from HTTP Basic (RFC 6749 §2.3.1). Any secret will do.
    fn client_id(&self) -> String {
        let basic = self.authorization.strip_prefix("Basic ").and_then(|text| STANDARD.decode(text).ok());
        let basic = basic.and_then(|bytes| String::from_utf8(bytes).ok());
        let encoded = basic.as_ref().and_then(|text| text.split_once(':')).map(|(client_id, _)| decode(client_id));
        encoded.unwrap_or_else(|| self.form.field("client_id").to_owned())
    }
}

/// The response, and its lines in the log.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
    pub(crate) log: Vec<String>,
}

impl Answer {
    /// Returns an answer of one line for people.
    pub(crate) fn text(status: u16, line: String) -> Answer {
        Answer::new(status, "text/plain; charset=utf-8", line.clone() + "\n", line)
    }

    fn html(status: u16, body: String, line: impl Into<String>) -> Answer {
        Answer::new(status, "text/html; charset=utf-8", body, line)
    }

    /// Redirects the browser. The URL contains a code, so that it is not logged.
    fn redirect(url: String, line: impl Into<String>) -> Answer {
        Answer { status: 303, headers: vec![("Location", url)], body: String::new(), log: vec![line.into()] }
    }

    fn new(status: u16, content_type: &str, body: String, line: impl Into<String>) -> Answer {
        let headers = vec![("Content-Type", content_type.to_owned()), ("Cache-Control", "no-store".to_owned())];
        Answer { status, headers, body, log: vec![line.into()] }
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
        Answer::new(status, "application/json", body.to_string(), format!("{what} -> {status}{outcome}"))
    }
}

/// Finds the endpoint and returns its answer.
pub(crate) fn answer(provider: &mut Provider, call: &Call, now: Timestamp) -> Answer {
    match (call.post, call.path.as_str()) {
        (false, "/.well-known/openid-configuration" | "/.well-known/oauth-authorization-server") => {
            Answer::json("discovery", Ok(provider.metadata()))
        }
        (false, "/keys") => Answer::json("keys", Ok(provider.key_set())),
        (_, "/authorize") => authorize(provider, call, now),
        (_, "/end_session") => end_session(if call.post { &call.form } else { &call.query }),
        (true, "/device_authorization") => authorize_device(provider, &call.form, now),
        (false, "/device") => approve(provider, call.query.field("user_code")),
        (true, "/token") => token(provider, call, now),
        (true, "/revoke") => Answer::json("revoke", Ok(provider.revoke(call.form.field("token")))),
        (false, "/me") => Answer::json("me", provider.me(call.bearer(), now)),
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
        return Answer::html(200, body, "device -> 200");
    }
    match provider.approve(user_code) {
        true => Answer::text(200, "approved: go back to the terminal".to_owned()),
        false => Answer::text(404, "no such code, or it has been used".to_owned()),
    }
}

/// Shows the sign-in page, or carries out the user's choice.
fn authorize(provider: &mut Provider, call: &Call, now: Timestamp) -> Answer {
    let request = match AuthorizationRequest::parse(&call.query) {
        Ok(request) => request,
        Err(refusal) => return refused_page("authorize", &refusal),
    };
    match (call.post, call.form.field("person")) {
        (false, _) => Answer::html(200, page::choose_person(&request), "authorize -> 200"),
        (true, "") => Answer::redirect(provider.deny(&request), "authorize -> 303: nobody agreed"),
        (true, person) => match provider.authorize(request, person, now) {
            Ok(url) => Answer::redirect(url, format!("authorize -> 303: {person} signs in")),
            Err(refusal) => refused_page("authorize", &refusal),
        },
    }
}

fn refused_page(what: &str, refusal: &Refusal) -> Answer {
    Answer::html(400, page::message(refusal.description), format!("{what} -> 400 {}", refusal.error))
}

fn end_session(fields: &Form) -> Answer {
    match Provider::end_session(fields) {
        Some(url) => Answer::redirect(url, "end_session -> 303"),
        None => Answer::html(200, page::message("You are signed out."), "end_session -> 200"),
    }
}

fn token(provider: &mut Provider, call: &Call, now: Timestamp) -> Answer {
    let (form, client_id) = (&call.form, &call.client_id());
    match form.field("grant_type") {
        "authorization_code" => Answer::json("token authorization_code", provider.redeem_code(client_id, form, now)),
        "urn:ietf:params:oauth:grant-type:device_code" => {
            let reply = provider.redeem_device_code(client_id, form.field("device_code"), now);
            Answer::json("token device_code", reply)
        }
        "refresh_token" => {
            let reply = provider.refresh(client_id, form.field("refresh_token"), form.field("scope"), now);
            Answer::json("token refresh_token", reply)
        }
        _ => {
            let grants = "only authorization_code, device_code and refresh_token";
            Answer::json("token", refuse("unsupported_grant_type", grants))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(provider: &mut Provider, post: bool, path: &str, form: &str, bearer: &str) -> Answer {
        let (query, form) = if post { ("", form) } else { (form, "") };
        let (query, form) = (Form::parse(query), Form::parse(form));
        let call = Call { post, path: path.to_owned(), query, form, authorization: format!("Bearer {bearer}") };
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
    fn a_sign_in_in_the_browser_asks_who_it_is_and_logs_no_code() {
        let mut provider = Provider::new("http://127.0.0.1:1", None, 60).unwrap();
        let query = "client_id=web%3Cb&redirect_uri=http://127.0.0.1/cb&response_type=code&code_challenge=C\
                     &code_challenge_method=S256&state=S";
        let page = call(&mut provider, false, "/authorize", query, "");
        assert_eq!(page.status, 200);
        assert!(page.body.contains("web&lt;b") && page.body.contains("value=carol"), "{}", page.body);
        let mut answered = |person: &str| {
            let (query, form) = (Form::parse(query), Form::parse(&format!("person={person}")));
            let call = Call { post: true, path: "/authorize".to_owned(), query, form, authorization: String::new() };
            answer(&mut provider, &call, Timestamp(1_700_000_000))
        };
        let (signed_in, refused) = (answered("carol"), answered(""));
        let location = &signed_in.headers.iter().find(|(name, _)| *name == "Location").unwrap().1;
        let code = location.split("code=").nth(1).unwrap().split('&').next().unwrap();
        assert!(code.len() > 40 && !signed_in.log.concat().contains(code), "{location}");
        assert!(refused.headers[0].1.contains("error=access%5Fdenied"), "{:?}", refused.headers);
        assert_eq!(call(&mut provider, false, "/authorize", "client_id=web", "").status, 400);
    }

    #[test]
    fn a_client_may_name_itself_by_http_basic() {
        let authorization = format!("Basic {}", STANDARD.encode("a%2Fb:secret"));
        let call =
            Call { post: true, path: String::new(), query: Form::parse(""), form: Form::parse(""), authorization };
        assert_eq!(call.client_id(), "a/b");
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
