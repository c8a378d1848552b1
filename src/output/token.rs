//! Prints a token in the requested format. No other module prints a secret.

use anyhow::{Context as _, bail, ensure};
use tokcache_core::acquire::AuthenticationResult;
use tokcache_core::secret::SecretBuffer;
use zeroize::Zeroizing;

use super::json;
use super::shell::{
    push_escaped, push_escaped_for_curl, push_quoted, push_quoted_for_cmd, push_quoted_for_fish, push_quoted_for_nu,
    push_quoted_for_powershell,
};
use super::token_json::{AzToken, AzdToken, EXEC_CREDENTIAL_VERSIONS, ExecCredential, JsonToken};
use super::token_view::TokenView;

/// The formats of `-o`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, clap::ValueEnum)]
pub(crate) enum TokenFormat {
    /// The object of `az account get-access-token`
    Az,
    /// The object of `azd auth token`
    Azd,
    /// `set "ACCESS_TOKEN=…"`, for cmd.exe
    Cmd,
    /// A line for `curl --config -`
    CurlConfig,
    /// `export ACCESS_TOKEN=…`, for a POSIX shell
    Env,
    /// The object that kubectl wants from a credential plugin
    ExecCredential,
    /// `set -gx ACCESS_TOKEN …`
    Fish,
    /// The command that masks the token in the log of GitHub Actions; sets ACCESS_TOKEN for the next steps
    GithubActions,
    /// `Authorization: Bearer …`
    Header,
    /// One line of JSON with the expiry, the scopes and the account
    Json,
    /// A line for each host of the profile, for `curl --netrc-file`
    Netrc,
    /// A record for `from nuon | load-env` in Nushell
    Nu,
    /// `$env:ACCESS_TOKEN = …`
    Powershell,
    /// The token and a line break
    #[default]
    Token,
}

impl TokenView<'_> {
    /// Returns the token in `format`, with its line break.
    pub(crate) fn render(&self, format: TokenFormat) -> anyhow::Result<SecretBuffer> {
        let secret = self.outcome.access_token.expose();
        if format != TokenFormat::Json {
            ensure_plain(self.outcome)?;
        }
        // The room is enough for the shortest format.
        let mut text = SecretBuffer::with_capacity(secret.len() + "\n".len());
        match format {
            TokenFormat::Az => text.push_str(&json(&AzToken::of(self))?),
            TokenFormat::Azd => text.push_str(&json(&AzdToken::of(self))?),
            TokenFormat::Cmd => {
                text.push_str("set ");
                push_quoted_for_cmd(&mut text, "ACCESS_TOKEN=", secret)?;
            }
            TokenFormat::CurlConfig => push_curl_header(&mut text, self.outcome),
            TokenFormat::Env => {
                text.push_str("export ACCESS_TOKEN=");
                push_quoted(&mut text, secret);
            }
            TokenFormat::ExecCredential => {
                let version = self.kubernetes_version.unwrap_or(EXEC_CREDENTIAL_VERSIONS[0]);
                text.push_str(&json(&ExecCredential::new(version, self.outcome))?);
            }
            TokenFormat::Fish => {
                text.push_str("set -gx ACCESS_TOKEN ");
                push_quoted_for_fish(&mut text, secret);
            }
            TokenFormat::GithubActions => {
                text.push_str("::add-mask::");
                // A workflow command escapes the character that begins an escape.
                push_escaped(&mut text, secret, &[('%', "%25")]);
            }
            TokenFormat::Header => text.push_str(&header(self.outcome)),
            TokenFormat::Json => text.push_str(&json(&JsonToken::of(self))?),
            TokenFormat::Netrc => push_netrc(&mut text, self.hosts, secret)?,
            TokenFormat::Nu => {
                text.push_str("{ACCESS_TOKEN: ");
                push_quoted_for_nu(&mut text, secret);
                text.push('}');
            }
            TokenFormat::Powershell => {
                text.push_str("$env:ACCESS_TOKEN = ");
                push_quoted_for_powershell(&mut text, secret);
            }
            TokenFormat::Token => text.push_str(secret),
        }
        text.push('\n');
        Ok(text)
    }
}

/// Refuses a token that would forge a header or a command. RFC 6750 §2.1 allows only visible ASCII.
pub(crate) fn ensure_plain(outcome: &AuthenticationResult) -> anyhow::Result<()> {
    let is_plain = outcome.token_type.bytes().all(|byte| byte.is_ascii_graphic());
    if !(is_plain && outcome.access_token.is_visible_ascii()) {
        bail!("the access token contains characters that a header cannot carry; -o json prints it escaped");
    }
    Ok(())
}

/// Returns the `Authorization` header, name and value (RFC 6750 §2.1).
fn header(outcome: &AuthenticationResult) -> Zeroizing<String> {
    let mut header = SecretBuffer::new();
    header.push_str("Authorization: ");
    header.push_str(&authorization(outcome));
    header.finish()
}

/// Returns the value of the `Authorization` header (RFC 6750 §2.1).
pub(crate) fn authorization(outcome: &AuthenticationResult) -> Zeroizing<String> {
    let mut value = SecretBuffer::new();
    for part in [scheme(outcome), " ", outcome.access_token.expose()] {
        value.push_str(part);
    }
    value.finish()
}

/// Returns the authentication scheme of the token (RFC 9110 §11.1).
pub(crate) fn scheme(outcome: &AuthenticationResult) -> &str {
    if outcome.token_type.eq_ignore_ascii_case("bearer") { "Bearer" } else { &outcome.token_type }
}

/// Returns the line that sets a variable in the file `GITHUB_ENV`.
pub(crate) fn github_env_line(outcome: &AuthenticationResult) -> anyhow::Result<Zeroizing<String>> {
    ensure_plain(outcome)?;
    let mut line = SecretBuffer::new();
    for part in ["ACCESS_TOKEN=", outcome.access_token.expose(), "\n"] {
        line.push_str(part);
    }
    Ok(line.finish())
}

/// Appends an entry for each host, in the form that all readers of a netrc file understand. Most servers that take a
/// token as the password ignore the user name; GitLab wants this one.
fn push_netrc(out: &mut SecretBuffer, hosts: &[String], secret: &str) -> anyhow::Result<()> {
    // The readers disagree on quotes, escapes and comments.
    ensure!(!secret.contains(['"', '\'', '\\', '#']), "the token contains characters that a netrc file cannot carry");
    let mut names: Vec<&str> = Vec::new();
    for name in hosts.iter().filter(|host| !host.starts_with('*')).map(|host| name_without_port(host)) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let last = names.pop().context("-o netrc needs a profile that names the hosts of the token")?;
    for (name, end) in names.into_iter().map(|name| (name, "\n")).chain([(last, "")]) {
        for part in ["machine ", name, " login oauth2 password ", secret, end] {
            out.push_str(part);
        }
    }
    Ok(())
}

/// Returns the name by which a netrc file knows a host: without the port, and without the brackets of an IPv6 address.
fn name_without_port(host: &str) -> &str {
    let (name, end) = host.strip_prefix('[').map_or((host, ':'), |rest| (rest, ']'));
    name.split(end).next().unwrap_or(name)
}

/// Returns the lines for `curl --config` that send the token. curl sends a bearer token that it knows as such to no other
/// host, even in versions that would send a header there.
///
/// # Errors
/// A header cannot carry the token.
pub(crate) fn curl_config(outcome: &AuthenticationResult) -> anyhow::Result<Zeroizing<String>> {
    ensure_plain(outcome)?;
    let (mut text, secret) = (SecretBuffer::new(), outcome.access_token.expose());
    if outcome.token_type.eq_ignore_ascii_case("bearer") {
        text.push_str("oauth2-bearer = \"");
        push_escaped_for_curl(&mut text, secret);
        text.push('"');
    } else {
        push_curl_header(&mut text, outcome);
    }
    text.push('\n');
    Ok(text.finish())
}

fn push_curl_header(out: &mut SecretBuffer, outcome: &AuthenticationResult) {
    out.push_str("header = \"");
    push_escaped_for_curl(out, &header(outcome));
    out.push('"');
}
