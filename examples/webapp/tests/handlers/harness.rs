//! A server with its own provider and store, and a browser without a screen.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::sync::Arc;
use std::time::Duration;

use tokcache_core::acquire::{NoCredential, Registration};
use tokcache_core::oauth::Authority;
use tokcache_core::store::{Change, Partition, Store as _, Update};
use tokcache_core::time::SystemClock;
use tokcache_core::types::{ClientId, ScopeSet};
use tokcache_http::{Network, NetworkOptions, TokioClock, TokioNetwork};
use tokcache_sandbox::{Options, Sandbox};
use tokcache_testing::RemoteStore;
use tokcache_webapp::app::{App, router};
use tokcache_webapp::sessions::StoredSessions;
use tokcache_webapp::stores::{self, Tokens};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// The provider, which ends with the test.
pub(crate) struct Provider(pub(crate) Sandbox);

impl Provider {
    pub(crate) fn start(lifetime: u64) -> Self {
        let options = Options { port: 0, approve_after: None, delay: Duration::ZERO, lifetime };
        let sandbox = Sandbox::listen(&options).unwrap();
        let serving = sandbox.clone();
        std::thread::spawn(move || serving.serve(Duration::from_secs(600), |_| {}));
        Provider(sandbox)
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// A server of the app.
pub(crate) struct Server {
    /// The URL of the app.
    pub(crate) origin: String,
    _runtime: Runtime,
}

impl Server {
    /// Starts a server. `origin` is the URL for browsers, if it is not the server's own.
    pub(crate) fn start(provider: &Provider, store: &RemoteStore, origin: Option<&str>) -> Self {
        Server::start_with(provider, store, origin, &format!("{}/me", provider.0.issuer()))
    }

    /// Starts a server that calls another API than the provider's.
    pub(crate) fn start_with(provider: &Provider, store: &RemoteStore, origin: Option<&str>, api: &str) -> Self {
        let store: Arc<RemoteStore> = Arc::new(store.clone());
        let sessions = StoredSessions::new(store.clone(), Arc::new(TokioClock::new()));
        Server::serve(provider, Tokens::Shared(store), sessions, origin, api)
    }

    /// Starts a server whose sessions have tokens of their own.
    pub(crate) fn start_with_tokens_in_sessions(provider: &Provider) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let opened = stores::open("session:", &folder.path().join("key"), Arc::new(TokioClock::new()));
        let (tokens, sessions) = opened.unwrap();
        Server::serve(provider, tokens, sessions, None, &format!("{}/me", provider.0.issuer()))
    }

    fn serve(provider: &Provider, tokens: Tokens, sessions: StoredSessions, origin: Option<&str>, api: &str) -> Self {
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let own = format!("http://{}", listener.local_addr().unwrap());
        let authority = Authority::parse(provider.0.issuer(), None).unwrap();
        let app = App {
            registration: Registration::new(authority, ClientId::new("webapp")),
            credential: Arc::new(NoCredential),
            scopes: ScopeSet::parse("openid profile notes.read"),
            api: api.to_owned(),
            origin: origin.unwrap_or(&own).to_owned(),
            sessions,
            tokens,
            http: Arc::new(TokioNetwork::new(Network::new(NetworkOptions::default()))),
            clock: Arc::new(TokioClock::new()),
            metadata: Arc::default(),
        };
        runtime.spawn(async move { axum::serve(listener, router(Arc::new(app))).await });
        Server { origin: own, _runtime: runtime }
    }
}

/// Returns an empty store, whose clones are the same store.
pub(crate) fn store() -> RemoteStore {
    RemoteStore::new(Arc::new(SystemClock::new()), Duration::ZERO)
}

/// Damages the token cache of a user.
pub(crate) fn damage(store: &RemoteStore, user: &str) {
    let cut_off = &mut |_: Option<&[u8]>| Change::Replace(b"{\"RefreshToken\": {".to_vec().into());
    let runtime = Runtime::new().unwrap();
    runtime.block_on(store.update(&Partition::named(user), Update::default(), cut_off)).unwrap();
}

/// Starts an API that thanks for one access token. Returns its URL.
pub(crate) fn api_that_answers_once() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut connection, _) = listener.accept().unwrap();
        let mut lines = BufReader::new(connection.try_clone().unwrap()).lines().map_while(Result::ok);
        assert!(lines.any(|line| line.to_ascii_lowercase().starts_with("authorization: bearer ")));
        lines.find(String::is_empty);
        write!(connection, "HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n\"thank you\"").unwrap();
    });
    url
}

/// A response.
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Page {
    /// Returns a header; empty if it is missing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// Returns the URL that the browser leaves for.
    pub(crate) fn leaves_for(&self) -> &str {
        self.header("refresh").strip_prefix("0; url=").unwrap_or_else(|| panic!("{} {}", self.status, self.body))
    }
}

/// A browser with its cookies.
#[derive(Clone)]
pub(crate) struct Browser {
    origin: String,
    pub(crate) cookies: BTreeMap<String, String>,
}

impl Browser {
    pub(crate) fn of(server: &Server) -> Self {
        Browser { origin: server.origin.clone(), cookies: BTreeMap::new() }
    }

    /// Continues at another server.
    pub(crate) fn go_to(&mut self, server: &Server) {
        self.origin = server.origin.clone();
    }

    pub(crate) fn get(&mut self, path: &str) -> Page {
        self.send(path, None, &[])
    }

    /// Posts a form of the app's own page.
    pub(crate) fn post(&mut self, path: &str, form: &str) -> Page {
        let origin = self.origin.clone();
        self.send(path, Some(form), &[("origin", &origin), ("sec-fetch-site", "same-origin")])
    }

    pub(crate) fn send(&mut self, path: &str, form: Option<&str>, headers: &[(&str, &str)]) -> Page {
        let cookie = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        let mut headers = headers.to_vec();
        headers.push(("cookie", &cookie));
        let page = fetch(&format!("{}{path}", self.origin), form, &headers);
        for (_, cookie) in page.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            match cookie.contains("Max-Age=0") {
                true => self.cookies.remove(name),
                false => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        page
    }

    /// Begins a sign-in. Returns the path of the app that the provider sends the browser back to.
    pub(crate) fn authorize(&mut self, person: &str, return_to: &str) -> String {
        let page = self.post("/sign-in", &format!("return_to={return_to}"));
        let answer = fetch(page.leaves_for(), Some(&format!("person={person}")), &[]);
        answer.header("location").strip_prefix(&self.origin).unwrap().to_owned()
    }

    /// Signs a person in, and follows the redirect.
    pub(crate) fn sign_in(&mut self, person: &str, return_to: &str) -> Page {
        let callback = self.authorize(person, return_to);
        let page = self.get(&callback);
        assert_eq!(page.status, 303, "{}", page.body);
        let path = page.header("location").to_owned();
        self.get(&path)
    }
}

fn fetch(url: &str, form: Option<&str>, headers: &[(&str, &str)]) -> Page {
    let agent = ureq::Agent::config_builder().max_redirects(0).max_redirects_will_error(false).proxy(None);
    let agent: ureq::Agent = agent.http_status_as_error(false).build().into();
    let mut answer = match form {
        None => headers.iter().fold(agent.get(url), |request, (name, value)| request.header(*name, *value)).call(),
        Some(form) => {
            let request = agent.post(url).header("content-type", "application/x-www-form-urlencoded");
            headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)).send(form)
        }
    }
    .unwrap();
    let headers = answer.headers().iter();
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    let status = answer.status().as_u16();
    Page { status, headers, body: answer.body_mut().read_to_string().unwrap() }
}
