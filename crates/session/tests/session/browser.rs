//! A browser: it keeps cookies, and drops without a word those that are too large.

use std::collections::BTreeMap;
use std::sync::Mutex;

use tokcache_session::LONGEST_COOKIE;
use tower_sessions::cookie::Cookie;
use tower_sessions::cookie::time::Duration;

pub(crate) struct Browser {
    server: String,
    cookies: Mutex<BTreeMap<String, String>>,
}

/// The status and the body of an answer.
pub(crate) type Answer = (u16, String);

impl Browser {
    pub(crate) fn new(server: &str) -> Self {
        Browser { server: server.to_owned(), cookies: Mutex::default() }
    }

    /// Another browser with the same cookies: a thief's.
    pub(crate) fn copy(&self) -> Self {
        Browser { server: self.server.clone(), cookies: Mutex::new(self.cookies.lock().unwrap().clone()) }
    }

    /// The same browser at another host of the application.
    pub(crate) fn at(&self, server: &str) -> Self {
        Browser { server: server.to_owned(), ..self.copy() }
    }

    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    pub(crate) fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        let cookies = self.cookies.lock().unwrap().clone();
        let cookies: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let request = agent.get(format!("{}{path}", self.server)).header("Cookie", cookies.join("; "));
        let mut response = request.call().unwrap();
        for header in response.headers().get_all("set-cookie") {
            let header = header.to_str().unwrap();
            let cookie = Cookie::parse(header).unwrap();
            let mut cookies = self.cookies.lock().unwrap();
            if cookie.max_age() == Some(Duration::ZERO) {
                cookies.remove(cookie.name());
            } else if header.len() <= LONGEST_COOKIE {
                cookies.insert(cookie.name().to_owned(), cookie.value().to_owned());
            }
        }
        (response.status().as_u16(), response.body_mut().read_to_string().unwrap())
    }
}
