//! A token of another issuer as the credential (RFC 7523 §2.2), such as a workload identity: a file, a command or GitHub
//! Actions provides it. It is read for each request, because it changes.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use tokcache_core::acquire::CredentialContext;
use tokcache_core::oauth::{AuthorityKind, FieldValue, Http, Request, assertion_audience};
use tokcache_core::secret::{ClientAssertion, Secret};
use tokcache_core::time::{Clock as _, SystemClock};
use tokcache_file::platform;
use zeroize::Zeroizing;

use crate::cli::settings::values::{LONGEST_TOKEN, in_time, read_at_most, token_line};
use crate::cli::{Exit, Failure, environment};

/// How long a command may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The audience that Microsoft Entra ID expects.
const ENTRA_AUDIENCE: &str = "api://AzureADTokenExchange";

/// The place that provides the token.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::cli) enum FederatedSource {
    /// A command for the shell. It prints the token.
    Command(String),
    /// A file, which a platform such as Kubernetes replaces from time to time.
    File(PathBuf),
    /// The service of GitHub Actions. `None`: the audience that the authority expects.
    GithubActions { audience: Option<String> },
}

/// The answer of GitHub Actions.
#[derive(Deserialize)]
struct IdToken {
    value: String,
}

impl FederatedSource {
    /// Returns the token as it is now.
    pub(super) async fn assertion(
        &self,
        network: &dyn Http,
        context: &CredentialContext<'_>,
    ) -> Result<ClientAssertion, Failure> {
        let token = match self {
            FederatedSource::Command(command) => run(command),
            FederatedSource::File(path) => read(path),
            FederatedSource::GithubActions { audience } => {
                let audience = audience.as_deref().or_else(|| audience_of(context));
                let token = ask_github(network, audience).await?;
                return assertion_in(token.as_bytes()).map_err(|why| of_github(&why));
            }
        };
        token.and_then(|token| assertion_in(&token)).map_err(|why| self.unusable(&why))
    }

    fn unusable(&self, why: &str) -> Failure {
        let (place, flag, value) = match self {
            // The command may contain a secret.
            FederatedSource::Command(_) => ("the command".to_owned(), "--federated-token-command", "COMMAND"),
            FederatedSource::File(path) => (path.display().to_string(), "--federated-token-file", "PATH"),
            FederatedSource::GithubActions { .. } => return of_github(why),
        };
        Failure::new(Exit::Config, format!("the federated token of {place} cannot be used: {why}"))
            .try_with(flag, value)
    }
}

/// Returns the audience that the authority expects in a token of another issuer.
fn audience_of<'a>(context: &CredentialContext<'a>) -> Option<&'a str> {
    let is_entra = matches!(context.authority.kind(), AuthorityKind::Entra | AuthorityKind::Ciam);
    if is_entra { Some(ENTRA_AUDIENCE) } else { assertion_audience(context.authority, context.endpoints) }
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, String> {
    platform::read_trusted(path, LONGEST_TOKEN).map(Zeroizing::new).map_err(|error| error.to_string())
}

/// Runs the command, and returns what it prints.
fn run(command: &str) -> Result<Zeroizing<Vec<u8>>, String> {
    let (shell, option) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let mut child = Command::new(shell)
        .args([option, command])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{shell} cannot be started: {error}"))?;
    let Some(stdout) = child.stdout.take() else { return Err("its output cannot be read".to_owned()) };
    let end = Instant::now() + PATIENCE;
    let read = in_time(PATIENCE, move || read_at_most(stdout, LONGEST_TOKEN));
    let Some(status) = ended(&mut child, end) else {
        return Err(format!("it has not ended within {} s", PATIENCE.as_secs()));
    };
    let token = read.map_err(|_| format!("it has not ended within {} s", PATIENCE.as_secs()))?;
    if !status.success() {
        return Err(format!("it ended with {status}"));
    }
    token.map_err(|error| error.to_string())
}

/// Waits for the command to end. A command that goes on is killed.
fn ended(child: &mut Child, end: Instant) -> Option<ExitStatus> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < end => SystemClock::new().sleep(Duration::from_millis(10)),
            _ => {
                // An error means that the command has ended by now.
                let _ = child.kill();
                return None;
            }
        }
    }
}

/// Requests a token from GitHub Actions. The job needs `permissions: id-token: write`.
async fn ask_github(network: &dyn Http, audience: Option<&str>) -> Result<Zeroizing<String>, Failure> {
    let Some((mut url, bearer)) = environment::github_actions()? else {
        return Err(of_github("ACTIONS_ID_TOKEN_REQUEST_URL is not set"));
    };
    if let Some(audience) = audience {
        url.push_str(if url.contains('?') { "&audience=" } else { "?audience=" });
        url.extend(utf8_percent_encode(audience, NON_ALPHANUMERIC));
    }
    let mut request = Request::get(url);
    request.headers.push(("Authorization", FieldValue::Secret(Secret::new(format!("bearer {}", *bearer)))));
    let unavailable =
        |why: &str| Failure::new(Exit::Unavailable, format!("GitHub Actions gives no token for this job: {why}"));
    let response = network.send(&request).await.map_err(|error| unavailable(&error.message))?;
    match response.status {
        200 => {}
        status if status >= 500 || status == 429 => return Err(unavailable(&format!("status {status}"))),
        status => return Err(of_github(&format!("status {status}"))),
    }
    let answer: Result<IdToken, _> = serde_json::from_slice(&response.body);
    answer.map(|answer| Zeroizing::new(answer.value)).map_err(|_| of_github("the answer has no value"))
}

fn of_github(why: &str) -> Failure {
    let message =
        format!("GitHub Actions gives no token for this job: {why}; the job needs the permission `id-token: write`");
    Failure::new(Exit::Config, message)
}

fn assertion_in(token: &[u8]) -> Result<ClientAssertion, String> {
    token_line(token).map(ClientAssertion::new)
}
