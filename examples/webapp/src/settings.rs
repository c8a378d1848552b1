//! The command line, and the environment.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;

/// A sample web app: sign in, call an API with a cached token, sign out.
///
/// Without any argument it starts with a sandbox provider, and keeps sessions and tokens in an encrypted SQLite file.
#[derive(Clone, Debug, Parser)]
#[command(name = "tokcache-webapp")]
pub struct Settings {
    /// The address to listen on; port 0 selects a free one.
    #[arg(long, env = "WEBAPP_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// The URL of the app as browsers see it, without a path: https, except on this machine.
    #[arg(long, env = "WEBAPP_URL", value_name = "URL")]
    pub url: Option<String>,
    /// The store of sessions and tokens: memory:, sqlite:PATH, redis://HOST or postgres://HOST/DATABASE. With session:
    /// before it, each session has tokens of its own, and there can be only one server; session: alone is in memory.
    #[arg(long, env = "WEBAPP_STORE", value_name = "URL", hide_env_values = true)]
    pub store: Option<String>,
    /// The file with the key that encrypts the store. It is created if it does not exist. All servers that share a store
    /// need the same key.
    #[arg(long, env = "WEBAPP_KEY_FILE", value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// The folder of the database and the key, unless they are somewhere else.
    #[arg(long, env = "WEBAPP_FOLDER", value_name = "FOLDER")]
    pub folder: Option<PathBuf>,
    /// The provider, by its issuer or authority URL. Without it, a sandbox provider is started.
    #[arg(long, env = "WEBAPP_AUTHORITY", value_name = "URL", requires = "api")]
    pub authority: Option<String>,
    /// The client identifier that the provider has given to the app.
    #[arg(long, env = "WEBAPP_CLIENT_ID", value_name = "ID", default_value = "webapp")]
    pub client_id: String,
    /// The file with the client secret.
    #[arg(long, env = "WEBAPP_CLIENT_SECRET_FILE", value_name = "FILE")]
    pub client_secret_file: Option<PathBuf>,
    /// The scopes to ask for, separated by spaces.
    #[arg(long, env = "WEBAPP_SCOPE", value_name = "SCOPES", default_value = "openid profile")]
    pub scope: String,
    /// The API to call: a URL that answers a GET with an access token, such as the provider's userinfo endpoint.
    #[arg(long, env = "WEBAPP_API", value_name = "URL")]
    pub api: Option<String>,
    /// A file with PEM certificates to trust beside the system's.
    #[arg(long, env = "WEBAPP_CA_FILE", value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// The lifetime of the sandbox's access tokens.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, conflicts_with = "authority")]
    pub token_lifetime: u64,
}
