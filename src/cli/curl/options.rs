//! The options of curl, as far as it is necessary to tell an option from its value and from a URL.

use std::ffi::{OsStr, OsString};

/// The options without a value, from the table in `src/tool_getparam.c` of curl 8.22, and those that curl 7.88 has besides.
/// A letter and a colon come before the name of an option with a short form.
const FLAGS: &str = "
    alpn anyauth a:append basic N:buffer ca-native cert-status clobber compressed compressed-ssh create-dirs crlf
    digest q:disable disable-eprt disable-epsv disallow-username-in-url doh-cert-status doh-insecure dump-ca-embed
    eprt epsv f:fail fail-early fail-with-body false-start follow form-escape ftp-create-dirs ftp-pasv ftp-pret
    ftp-skip-pasv-ip ftp-ssl ftp-ssl-ccc ftp-ssl-control ftp-ssl-reqd G:get g:globoff haproxy-protocol I:head
    http0.9 0:http1.0 http1.1 http2 http2-prior-knowledge http3 http3-only ignore-content-length include k:insecure
    4:ipv4 6:ipv6 j:junk-session-cookies keepalive l:list-only L:location location-trusted mail-rcpt-allowfails
    M:manual metalink mptcp negotiate n:netrc netrc-optional ::next npn ntlm ntlm-wb out-null Z:parallel
    parallel-immediate path-as-is post301 post302 post303 #:progress-bar progress-meter proxy-anyauth proxy-basic
    proxy-ca-native proxy-digest proxy-http2 proxy-http3 proxy-insecure proxy-negotiate proxy-ntlm
    proxy-ssl-allow-beast proxy-ssl-auto-client-cert proxy-tlsv1 p:proxytunnel raw J:remote-header-name
    O:remote-name remote-name-all R:remote-time remove-on-error retry-all-errors retry-connrefused sasl-ir sessionid
    S:show-error i:show-headers s:silent skip-existing socks5-basic socks5-gssapi socks5-gssapi-nec ssl
    ssl-allow-beast ssl-auto-client-cert ssl-no-revoke ssl-reqd ssl-revoke-best-effort 2:sslv2 3:sslv3 styled-output
    suppress-connect-headers tcp-fastopen tcp-nodelay tftp-no-options tls-earlydata 1:tlsv1 tlsv1.0 tlsv1.1 tlsv1.2
    tlsv1.3 tr-encoding trace-ids trace-time B:use-ascii v:verbose V:version xattr";

/// The options with a value.
const VALUES: &str = "
    abstract-unix-socket alt-svc aws-sigv4 cacert capath E:cert cert-type ciphers K:config connect-timeout
    connect-to C:continue-at b:cookie c:cookie-jar create-file-mode crlfile curves d:data data-ascii data-binary
    data-raw data-urlencode delegation dns-interface dns-ipv4-addr dns-ipv6-addr dns-servers doh-url D:dump-header
    ech egd-file engine etag-compare etag-save expect100-timeout F:form form-string ftp-account
    ftp-alternative-to-user ftp-method P:ftp-port ftp-ssl-ccc-mode happy-eyeballs-timeout-ms haproxy-clientip
    H:header h:help hostpubmd5 hostpubsha256 hsts httpsig-algo httpsig-headers httpsig-key httpsig-keyid interface
    ip-tos ipfs-gateway json keepalive-cnt keepalive-time key key-type knownhosts krb krb4 libcurl limit-rate
    local-port login-options mail-auth mail-from mail-rcpt max-filesize max-redirs m:max-time netrc-file noproxy
    oauth2-bearer o:output output-dir parallel-max parallel-max-host pass pinnedpubkey preproxy proto proto-default
    proto-redir x:proxy proxy-cacert proxy-capath proxy-cert proxy-cert-type proxy-ciphers proxy-crlfile
    proxy-header proxy-key proxy-key-type proxy-pass proxy-pinnedpubkey proxy-service-name proxy-tls13-ciphers
    proxy-tlsauthtype proxy-tlspassword proxy-tlsuser U:proxy-user proxy1.0 pubkey Q:quote random-file r:range rate
    e:referer X:request request-target resolve retry retry-delay retry-max-time sasl-authzid service-name sigalgs
    socks4 socks4a socks5 socks5-gssapi-service socks5-hostname Y:speed-limit y:speed-time ssl-sessions stderr
    t:telnet-option tftp-blksize z:time-cond tls-max tls13-ciphers tlsauthtype tlspassword tlsuser trace trace-ascii
    trace-config unix-socket T:upload-file upload-flags url url-query u:user A:user-agent variable vlan-priority
    w:write-out";

/// One element of curl's command line.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Element {
    /// An option without a value, by its long name; negated as `--no-NAME`.
    Flag(&'static str, bool),
    /// An option with its value.
    Value(&'static str, OsString),
    /// A word that is not an option.
    Url(OsString),
}

/// A parsed command line.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub(super) elements: Vec<Element>,
    /// The number of words up to a `--` after which all words are URLs, or of all words.
    pub(super) end_of_options: usize,
}

/// Parses the words as curl does. Names must be complete: older versions of curl also accept a part of a name.
///
/// # Errors
/// The option that curl does not have, or that lacks its value.
pub(super) fn parse(words: &[OsString]) -> Result<Line, String> {
    let mut line = Line { elements: Vec::new(), end_of_options: words.len() };
    let mut rest = words.iter().enumerate();
    while let Some((at, word)) = rest.next() {
        let Some(text) = option_in(word).filter(|_| at < line.end_of_options) else {
            line.elements.push(Element::Url(word.clone()));
            continue;
        };
        let mut next = |name: &str| match rest.next() {
            Some((_, value)) => Ok(value.clone()),
            None => Err(format!("curl's option {name} needs a value")),
        };
        match text.strip_prefix("--") {
            Some("") => line.end_of_options = at,
            Some(name) => line.elements.push(long(name, next)?),
            None => short(&text[1..], &mut line.elements, &mut next)?,
        }
    }
    Ok(line)
}

/// Returns a word that begins with a hyphen. The name of an option is ASCII, so the rest of a word that is not UTF-8 may
/// be replaced, except in a value that is joined to its option.
fn option_in(word: &OsStr) -> Option<&str> {
    if !word.as_encoded_bytes().starts_with(b"-") {
        return None;
    }
    // A word that is not UTF-8 is no option that curl has.
    Some(word.to_str().unwrap_or("-\u{fffd}"))
}

fn long(name: &str, next: impl FnOnce(&str) -> Result<OsString, String>) -> Result<Element, String> {
    let shown = format!("--{name}");
    if let Some(known) = named(VALUES, name) {
        return Ok(Element::Value(known, next(&shown)?));
    }
    let negated = name.strip_prefix("no-").and_then(|name| named(FLAGS, name)).map(|known| (known, true));
    let known = named(FLAGS, name).map(|known| (known, false)).or(negated);
    known.map(|(known, is_negated)| Element::Flag(known, is_negated)).ok_or_else(|| unknown(&shown))
}

/// Parses letters behind one hyphen. The first option with a value takes the rest of the word, or the next word.
fn short(
    letters: &str,
    elements: &mut Vec<Element>,
    next: impl FnOnce(&str) -> Result<OsString, String>,
) -> Result<(), String> {
    if letters.is_empty() {
        return Err(unknown("-"));
    }
    for (at, letter) in letters.char_indices() {
        let shown = format!("-{letter}");
        if let Some(known) = lettered(VALUES, letter) {
            let value = match &letters[at + letter.len_utf8()..] {
                "" => next(&shown)?,
                joined => OsString::from(joined),
            };
            elements.push(Element::Value(known, value));
            return Ok(());
        }
        let known = lettered(FLAGS, letter).ok_or_else(|| unknown(&shown))?;
        elements.push(Element::Flag(known, false));
    }
    Ok(())
}

fn unknown(option: &str) -> String {
    format!("{option} is no option of curl that tokcache knows, so it cannot tell which words are URLs")
}

/// Returns the entries of a table: the letter, if there is one, and the name.
fn entries(table: &'static str) -> impl Iterator<Item = (Option<char>, &'static str)> {
    table.split_ascii_whitespace().map(|entry| match entry.as_bytes() {
        [letter, b':', ..] => (Some(char::from(*letter)), &entry[2..]),
        _ => (None, entry),
    })
}

fn named(table: &'static str, name: &str) -> Option<&'static str> {
    entries(table).map(|(_, known)| known).find(|known| *known == name)
}

fn lettered(table: &'static str, letter: char) -> Option<&'static str> {
    entries(table).find(|(known, _)| *known == Some(letter)).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Line, String> {
        parse(&line.split(' ').map(OsString::from).collect::<Vec<_>>())
    }

    fn value(name: &'static str, value: &str) -> Element {
        Element::Value(name, value.into())
    }

    #[test]
    fn words_are_taken_apart_as_curl_does() {
        let line = parsed("-sSXPOST -d @- --no-buffer -: --data -k u -- -v").unwrap();
        let expected = [
            Element::Flag("silent", false),
            Element::Flag("show-error", false),
            value("request", "POST"),
            value("data", "@-"),
            Element::Flag("buffer", true),
            Element::Flag("next", false),
            value("data", "-k"),
            Element::Url("u".into()),
            Element::Url("-v".into()),
        ];
        assert_eq!(line.elements, expected);
        assert_eq!(line.end_of_options, 8);
    }

    #[test]
    fn an_option_that_curl_does_not_have_or_that_is_cut_is_refused() {
        for line in ["--locat", "--location-truste", "-", "-s-", "--data=x", "-é", "--expand-url x", "-d", "--max-time"]
        {
            assert!(parsed(line).is_err(), "{line}");
        }
    }
}
