//! Decides whether curl may run with a token: where the token would go, and which options would show it.

use std::ffi::{OsStr, OsString};

use super::options::{Element, parse};
use crate::cli::hosts::Target;

/// Options that tokcache refuses, and why.
const REFUSED: [(&str, &[&str]); 5] = [
    ("would send the token to other hosts", &["location-trusted", "metalink"]),
    ("would show the token; -i, -D and -w show the response", &["verbose", "trace", "trace-ascii", "libcurl"]),
    ("could name other hosts and options: type them as arguments", &["config", "variable"]),
    ("would need the token twice: run tokcache curl again", &["next"]),
    (
        "would replace the token: tokcache adds the Authorization header",
        &[
            "user",
            "netrc",
            "netrc-file",
            "netrc-optional",
            "oauth2-bearer",
            "basic",
            "digest",
            "ntlm",
            "ntlm-wb",
            "negotiate",
            "anyauth",
            "aws-sigv4",
        ],
    ),
];

/// Options that lead a connection elsewhere, where nothing proves the host without TLS.
const DETOURS: [&str; 6] =
    ["abstract-unix-socket", "connect-to", "resolve", "doh-url", "haproxy-clientip", "unix-socket"];

/// Options whose value `-` is not standard input.
const OUTPUTS: [&str; 10] = [
    "output",
    "dump-header",
    "stderr",
    "write-out",
    "cookie-jar",
    "etag-save",
    "data-raw",
    "form-string",
    "user-agent",
    "continue-at",
];

/// Options that may leave a file of the first attempt in the way of the second one.
const KEEPS_FILES: [&str; 3] = ["remote-header-name", "skip-existing", "continue-at"];

/// A command line of curl that may get the token.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) targets: Vec<Target>,
    /// The number of words before which options can be added.
    pub(super) end_of_options: usize,
    /// Whether the request can be sent again.
    pub(super) is_repeatable: bool,
    /// Whether standard input is the body, which curl reads as a whole.
    pub(super) reads_body: bool,
    /// Whether curl reports the status of a refusal on standard error.
    pub(super) reports_refusals: bool,
    /// Whether the response goes to standard output.
    pub(super) is_shown: bool,
}

/// Checks the words after `tokcache curl`.
///
/// # Errors
/// Why curl does not get the token.
pub(super) fn check(words: &[OsString]) -> Result<Checked, String> {
    let line = parse(words)?;
    let has = |name: &str| line.elements.iter().any(|element| element.name() == Some(name) && !element.is_negated());
    let values = || line.elements.iter().filter_map(Element::value);
    for (why, names) in REFUSED {
        if let Some(name) = names.iter().find(|name| has(name)) {
            return Err(format!("curl's option --{name} {why}"));
        }
    }
    if values().any(|(name, value)| name == "header" && is_authorization(value)) {
        return Err("the header Authorization would replace the token: tokcache adds it".to_owned());
    }
    let urls: Vec<&OsString> = line.elements.iter().filter_map(Element::url).collect();
    let targets = urls.iter().map(|url| {
        let shown = url.to_string_lossy();
        Target::parse(url.to_str().unwrap_or_default())
            .map_err(|why| format!("the token is not sent to {shown}: {why}"))
    });
    let targets = targets.collect::<Result<Vec<_>, _>>()?;
    ensure_safe(&targets, &has)?;
    let reads = |name: &str, value: &OsStr| reads_standard_input(name, value);
    let reads_body = values().any(|(name, value)| is_body(name) && reads(name, value));
    let reads_otherwise = values().any(|(name, value)| !is_body(name) && reads(name, value));
    let is_glob = |text: &OsStr| text.as_encoded_bytes().iter().any(|byte| matches!(byte, b'{' | b'['));
    let has_many = !has("globoff") && urls.iter().any(|url| is_glob(url));
    let uploads_many = values().any(|(name, value)| name == "upload-file" && is_glob(value));
    let keeps_files =
        KEEPS_FILES.iter().any(|name| has(name)) || line.elements.contains(&Element::Flag("clobber", true));
    let is_once = urls.len() == 1 && !has_many && !uploads_many;
    Ok(Checked {
        targets,
        end_of_options: line.end_of_options,
        is_repeatable: is_once && !keeps_files && !reads_otherwise && !has("dump-header"),
        reads_body,
        reports_refusals: has("fail") || has("fail-with-body"),
        is_shown: !["output", "remote-name", "remote-name-all", "out-null"].iter().any(|name| has(name)),
    })
}

/// Checks that the connections lead to the hosts that the URLs name.
fn ensure_safe(targets: &[Target], has: &dyn Fn(&str) -> bool) -> Result<(), String> {
    if targets.is_empty() {
        return Err("no URL was given".to_owned());
    }
    if has("insecure") && targets.iter().any(|target| !target.is_loopback) {
        return Err(
            "curl's option --insecure could send the token to anybody: name the certificate with --cacert".to_owned()
        );
    }
    let is_plain = |target: &Target| !target.is_https;
    if targets.iter().any(is_plain) {
        if !targets.iter().all(is_plain) {
            return Err("https and http in one command: run tokcache curl for each".to_owned());
        }
        if let Some(name) = DETOURS.iter().find(|name| has(name)) {
            return Err(format!("curl's option --{name} could send the token to anybody over http"));
        }
    }
    Ok(())
}

fn is_authorization(header: &OsStr) -> bool {
    let header = header.to_string_lossy();
    header.split([':', ';']).next().is_some_and(|name| name.trim().eq_ignore_ascii_case("authorization"))
}

/// Whether curl reads the whole value before it sends it.
fn is_body(name: &str) -> bool {
    matches!(name, "data" | "data-ascii" | "data-binary" | "data-urlencode" | "json")
}

fn reads_standard_input(name: &str, value: &OsStr) -> bool {
    let value = value.as_encoded_bytes();
    match name {
        name if OUTPUTS.contains(&name) => false,
        "data" | "data-ascii" | "data-binary" | "json" => value == b"@-",
        "upload-file" => matches!(value, b"-" | b"."),
        "form" => value.windows(2).any(|pair| matches!(pair, b"@-" | b"<-")),
        _ => value == b"-" || value.ends_with(b"@-"),
    }
}

impl Element {
    fn name(&self) -> Option<&'static str> {
        match self {
            Element::Flag(name, _) | Element::Value(name, _) if *name != "url" => Some(name),
            _ => None,
        }
    }

    fn is_negated(&self) -> bool {
        matches!(self, Element::Flag(_, true))
    }

    fn value(&self) -> Option<(&'static str, &OsStr)> {
        match self {
            Element::Value(name, value) if *name != "url" => Some((name, value)),
            _ => None,
        }
    }

    fn url(&self) -> Option<&OsString> {
        match self {
            Element::Url(url) | Element::Value("url", url) => Some(url),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(line: &str) -> Result<Checked, String> {
        check(&line.split(' ').map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn no_option_shows_the_token_or_sends_it_elsewhere() {
        for line in [
            "--location-trusted https://a",
            "-v https://a",
            "-sv https://a",
            "--trace - https://a",
            "--trace-ascii f https://a",
            "--libcurl f https://a",
            "-Kf https://a",
            "--config f https://a",
            "https://a --next https://b",
            "https://a -: https://b",
            "-u me https://a",
            "-n https://a",
            "-H authorization:x https://a",
            "-HAuthorization; https://a",
            "--header Authorization https://a",
            "-k https://a",
            "--insecure https://a",
            "-k https://127.0.0.1 https://a",
            "https://127.0.0.1 http://127.0.0.1",
            "--connect-to ::evil: http://localhost",
            "--resolve localhost:80:10.0.0.1 http://localhost",
            "--variable %A https://a",
            "--url http://a https://a",
            "https://a http://b",
            "-sS",
            "--anyauth https://a",
        ] {
            assert!(checked(line).is_err(), "{line}");
        }
        for line in
            ["-k https://localhost:8443", "-L https://a", "--no-verbose https://a", "--proxy-insecure https://a"]
        {
            assert!(checked(line).is_ok(), "{line}");
        }
    }

    #[test]
    fn a_request_is_repeated_only_if_that_changes_nothing_else() {
        for (line, is_repeatable, reads_body) in [
            ("https://a", true, false),
            ("-o f https://a", true, false),
            ("-d @- https://a", true, true),
            ("--json @- https://a", true, true),
            ("--data-urlencode x@- https://a", true, true),
            ("-d @f https://a", true, false),
            ("--data-raw @- https://a", true, false),
            ("-T - https://a", false, false),
            ("-T. https://a", false, false),
            ("-F x=@- https://a", false, false),
            ("-H @- https://a", false, false),
            ("-D f https://a", false, false),
            ("https://a https://b", false, false),
            ("https://a/[1-3]", false, false),
            ("-g https://a/[1-3]", true, false),
            ("-OJ https://a", false, false),
            ("--no-clobber -o f https://a", false, false),
        ] {
            let checked = checked(line).unwrap();
            assert_eq!((checked.is_repeatable, checked.reads_body), (is_repeatable, reads_body), "{line}");
        }
    }
}
