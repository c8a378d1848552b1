//! Starts the sample web app: `cargo run -p tokcache-webapp`.
#![expect(clippy::print_stdout, reason = "a person starts it")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Parser as _;
use directories::ProjectDirs;
use tokcache_core::acquire::{Credential, NoCredential, Registration};
use tokcache_core::oauth::url::parse_secure;
use tokcache_core::oauth::{Authority, ClientAuthentication};
use tokcache_core::secret::{ClientSecret, Zeroizing};
use tokcache_core::time::Clock;
use tokcache_core::types::{ClientId, ScopeSet};
use tokcache_http::{Network, NetworkOptions, TokioClock, TokioNetwork};
use tokcache_sandbox::{Options, Sandbox};
use tokcache_webapp::app::{App, router};
use tokcache_webapp::settings::Settings;
use tokcache_webapp::{key, stores};
use tokio::net::TcpListener;

type Error = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let settings = Settings::parse();
    let listener = TcpListener::bind(settings.listen).await;
    let listener = listener.map_err(|error| format!("cannot listen on {}: {error}; try --listen", settings.listen))?;
    let origin = match &settings.url {
        Some(url) => url.trim_end_matches('/').to_owned(),
        None => format!("http://{}", listener.local_addr()?),
    };
    if parse_secure(&origin)?.path() != "/" {
        return Err(format!("--url: {origin} has a path").into());
    }

    let folder = settings.folder.clone().or_else(default_folder).ok_or("there is no home folder; try --folder")?;
    key::private_folder(&folder)?;
    let key_file = settings.key_file.clone().unwrap_or_else(|| folder.join("key"));
    let url = settings.store.clone().unwrap_or_else(|| format!("sqlite:{}", folder.join("webapp.db").display()));
    let clock: Arc<dyn Clock> = Arc::new(TokioClock::new());
    let (tokens, sessions) = stores::open(&url, &key_file, Arc::clone(&clock))?;
    let authority = settings.authority.clone().map_or_else(|| start_sandbox(settings.token_lifetime), Ok)?;

    let network = NetworkOptions { ca_file: settings.ca_file.clone(), ..NetworkOptions::default() };
    let app = App {
        registration: Registration::new(Authority::parse(&authority, None)?, ClientId::new(settings.client_id)),
        credential: credential(settings.client_secret_file.as_deref())?,
        scopes: ScopeSet::parse(&settings.scope),
        api: settings.api.unwrap_or_else(|| format!("{authority}/me")),
        tokens,
        sessions,
        http: Arc::new(TokioNetwork::new(Network::new(network))),
        clock,
        metadata: Arc::default(),
        origin,
    };
    println!("The provider is {}", app.registration.authority.url());
    println!("The store is {}", app.tokens.url());
    println!("Open {}/", app.origin);
    axum::serve(listener, router(Arc::new(app))).with_graceful_shutdown(stopped()).await?;
    Ok(())
}

fn default_folder() -> Option<PathBuf> {
    let folders = ProjectDirs::from("", "", "tokcache-webapp")?;
    Some(folders.state_dir().unwrap_or(folders.data_local_dir()).to_owned())
}

/// Starts the sandbox provider on a thread of its own. Returns the authority.
fn start_sandbox(lifetime: u64) -> Result<String, Error> {
    const FOR_EVER: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);
    let sandbox = Sandbox::listen(&Options { port: 0, approve_after: None, delay: Duration::ZERO, lifetime })?;
    let authority = sandbox.issuer().to_owned();
    std::thread::spawn(move || sandbox.serve(FOR_EVER, |line| println!("sandbox: {line}")));
    Ok(authority)
}

fn credential(secret_file: Option<&Path>) -> Result<Arc<dyn Credential>, Error> {
    let Some(path) = secret_file else { return Ok(Arc::new(NoCredential)) };
    let text = std::fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let text = Zeroizing::new(text);
    Ok(Arc::new(ClientAuthentication::SecretBasic(ClientSecret::new(text.trim_end()))))
}

/// Waits for Ctrl-C or SIGTERM.
async fn stopped() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => signal.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<Option<()>>();
    tokio::select! {
        _ = interrupted => {}
        _ = terminated => {}
    }
}
