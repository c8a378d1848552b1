//! GOAUTH, by which the go command gets headers for module proxies and repositories (`go help goauth`).

use tokcache_core::secret::SecretBuffer;

use super::choice::Helper;
use crate::cli::Failure;
use crate::cli::hosts::server::Server;
use crate::output;

/// Prints the header for each configured host, or for the host of the URL that go adds after a refusal. The answer of
/// the server, on standard input, is not needed.
pub(super) fn run(helper: &Helper<'_>) -> Result<(), Failure> {
    let asked = Some(helper.word(0)).filter(|url| !url.is_empty()).map(Server::parse);
    let mut text = SecretBuffer::new();
    let mut failed = None;
    for (host, settings) in helper.configured()? {
        if asked.as_ref().is_some_and(|server| !server.as_ref().is_some_and(|server| host.is_of(server))) {
            continue;
        }
        // A host that was not asked for must not stop the others.
        let granted = match helper.token_with(&settings, &helper.input.selection) {
            Err(failure) if asked.is_none() => {
                failed = failed.or(Some(failure));
                continue;
            }
            granted => granted?,
        };
        for part in
            [&format!("https://{host}"), "\n\nAuthorization: ", &output::authorization(&granted.outcome), "\n\n"]
        {
            text.push_str(part);
        }
    }
    if let Some(failure) = failed {
        if text.is_empty() {
            return Err(failure);
        }
        output::tell(output::plain(&format!("warning: {failure}")));
    }
    Ok(output::answer(text.finish().as_bytes())?)
}
