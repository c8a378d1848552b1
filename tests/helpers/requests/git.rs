//! Requests of git, as its tests t0300 and t5563 have them. `README.md` lists the cases.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokcache_core::time::{Clock as _, SystemClock};

use super::asked;
use crate::support::home::Home;
use crate::support::provider::{NEW_ACCESS_TOKEN, Provider, tokens};
use crate::support::text;
use crate::{TOKEN, home};

/// The answer for basic authentication.
const BASIC: &str = "username=oauth2\npassword=AT-bob\npassword_expiry_utc=4102444800\n";

/// The answer for basic authentication if git knows the user.
const PASSWORD: &str = "password=AT-bob\npassword_expiry_utc=4102444800\n";

/// The answer for bearer authentication.
const BEARER: &str =
    "capability[]=authtype\nauthtype=Bearer\nephemeral=1\ncredential=AT-bob\npassword_expiry_utc=4102444800\n";

#[test]
fn git_gets_what_it_can_use() {
    let home = home();
    let (basic, bearer) = (BASIC, BEARER);
    let host = "protocol=https\nhost=git.example.com\n";
    for (words, input, expected) in [
        ("get", host.to_owned(), basic),
        // An empty line ends the request.
        ("get", format!("{host}\nhost=evil.example\n"), basic),
        ("get", format!("{host}path=a/b.git\nunknown=1\n"), basic),
        ("get", host.replace('\n', "\r\n"), basic),
        ("get", format!("{host}username=me\n"), PASSWORD),
        ("--username other get", format!("{host}username=me\n"), PASSWORD),
        ("get", format!("{host}username=\n"), basic),
        ("--username me get", host.to_owned(), "username=me\npassword=AT-bob\npassword_expiry_utc=4102444800\n"),
        ("get", format!("{host}wwwauth[]=Bearer\nwwwauth[]=Basic\n"), basic),
        ("get", format!("{host}wwwauth[]=Basic realm=\"a\", Bearer realm=\"a\"\n"), basic),
        ("get", format!("capability[]=authtype\n{host}"), basic),
        ("get", format!("capability[]=authtype\n{host}wwwauth[]=Basic realm=\"a\"\n"), basic),
        ("get", format!("capability[]=authtype\n{host}wwwauth[]=Basic\nwwwauth[]=Bearer realm=\"a\"\n"), bearer),
        ("--authtype basic get", format!("capability[]=authtype\n{host}wwwauth[]=Bearer\n"), basic),
        ("--authtype bearer get", format!("capability[]=authtype\n{host}"), bearer),
        ("--authtype basic get", format!("{host}wwwauth[]=Bearer\n"), basic),
        ("capability", String::new(), "version 0\ncapability authtype\n"),
        ("store", format!("{host}username=me\npassword=secret\n"), ""),
        ("erase", format!("{host}username=me\npassword=secret\n"), ""),
        ("unheard-of", host.to_owned(), ""),
        // Not configured, or readable by others on the way.
        ("get", "protocol=http\nhost=git.example.com\n".to_owned(), ""),
        ("get", "protocol=https\nhost=git.example.com:8443\n".to_owned(), ""),
        ("get", "protocol=https\nhost=git.example.com.evil.example\n".to_owned(), ""),
        ("get", "protocol=https\nhost=evil.example\nhost=git.example.com@evil.example\n".to_owned(), ""),
        ("get", "protocol=https\nhost=evil.example\npath=git.example.com\n".to_owned(), ""),
        ("get", "protocol=smtp\nhost=git.example.com\n".to_owned(), ""),
        ("get", "host=git.example.com\n".to_owned(), ""),
        ("get", "protocol=https\n".to_owned(), ""),
        ("get", String::new(), ""),
    ] {
        let line = format!("credential git --host git.example.com {words}");
        assert_eq!(asked(&home, &line, &input), (0, expected.to_owned(), String::new()), "{words}: {input}");
    }
}

/// git before 2.41 does not send the headers of the server, and git before 2.46 has no capabilities.
#[test]
fn a_git_that_cannot_send_a_bearer_token_gets_a_password_and_the_user_a_reason() {
    let home = home();
    let host = "protocol=https\nhost=git.example.com\n";
    let get =
        |words: &str, input: &str| asked(&home, &format!("credential git --host git.example.com{words} get"), input);
    for (words, challenges) in [(" --authtype bearer", ""), ("", "wwwauth[]=Bearer realm=\"a\"\n")] {
        let (status, answer, said) = get(words, &format!("{host}{challenges}"));
        assert_eq!((status, answer.as_str()), (0, BASIC));
        assert!(said.starts_with("warning: ") && said.contains("git 2.46") && said.lines().count() == 1, "{said}");
        assert!(!said.contains(TOKEN));
        let (_, answer, said) = get(words, &format!("capability[]=authtype\n{host}{challenges}"));
        assert_eq!((answer.as_str(), said.as_str()), (BEARER, ""));
    }
}

/// As git 2.46 and later ask after an answer with these `WWW-Authenticate` headers.
#[test]
fn git_gets_a_bearer_token_if_one_of_the_challenges_is_bearer() {
    let home = home();
    let head = "capability[]=authtype\ncapability[]=state\nprotocol=https\nhost=git.example.com\n";
    let answer = |rest: &str| asked(&home, "credential git --host git.example.com get", format!("{head}{rest}"));
    let long = format!("Basic realm=\"{}\"", "a".repeat(1 << 15));
    for (challenges, expected) in [
        // `http.proactiveAuth`: there was no answer yet.
        (&[][..], BASIC),
        (&["Basic"], BASIC),
        (&["Basic realm=\"code\""], BASIC),
        (&["Negotiate", "Basic realm=\"code\""], BASIC),
        (&["Custom a=\"1\", b=\"2\"", "Bearer realm=\"id\", a=1", "Basic realm=\"code\""], BEARER),
        // Not the syntax of RFC 9110, but understood by other helpers.
        (&["Custom a=\"1\" b=\"2\"", "Bearer realm=\"id\" a=1 b=0", "Basic realm=\"code\""], BEARER),
        (&["custom a=\"1\"", "BEARER realm=\"id\" a=1", "baSiC realm=\"code\""], BEARER),
        (&["Basic realm=\"code\", Bearer realm=\"id\""], BEARER),
        (&["Steps nonce=\"1\"", "Bearer realm=\"id\""], BEARER),
        (&["Bearer claims=\"neither JSON nor base64\""], BEARER),
        (&["Basic realm=\"Bearer\""], BASIC),
        (&["Bearers realm=\"id\""], BASIC),
        (&["Bearer realm=\"id\"", ""], BASIC),
        (&[&long, "Bearer"], BEARER),
    ] {
        let lines: String = challenges.iter().map(|challenge| format!("wwwauth[]={challenge}\n")).collect();
        assert_eq!(answer(&lines), (0, expected.to_owned(), String::new()), "{challenges:?}");
    }
    // The second step of another scheme, with the state of another helper.
    let second = "authtype=Steps\nwwwauth[]=Steps nonce=\"2\"\nwwwauth[]=Bearer\nstate[]=other:1\ncontinue=1\n";
    assert_eq!(answer(second), (0, BEARER.to_owned(), String::new()));
}

/// git decodes the path of a URL, and passes headers and the answers of other helpers on as they are.
#[test]
fn git_gets_the_token_whatever_bytes_surround_the_host() {
    let home = home();
    for rest in [
        &b"path=?a.git"[..],
        b"path=#a.git",
        b"path=per\xc3\xba.git",
        b"path=per\xfa.git",
        b"wwwauth[]=Basic realm=\"Zugriff f\xfcr alle\"",
        b"oauth_refresh_token=theirs",
        b"password_expiry_utc=5",
        b"ephemeral=1",
        b"unknown=\xff\xfe",
    ] {
        let request = [b"protocol=https\nhost=git.example.com\n", rest, b"\n"].concat();
        let answer = asked(&home, "credential git --host git.example.com get", &request);
        assert_eq!(answer, (0, BASIC.to_owned(), String::new()), "{}", text(&request));
    }
    let request = b"protocol=https\nhost=git.example.com\nusername=per\xfa\n";
    assert_eq!(
        asked(&home, "credential git --host git.example.com get", request),
        (0, PASSWORD.to_owned(), String::new())
    );
}

/// git decodes the host of a URL, so that a URL can put any byte but a line break into it.
#[test]
fn git_gets_nothing_for_a_host_that_only_resembles_the_configured_one() {
    let home = home();
    let nothing = |request: &[u8]| {
        let answer = asked(&home, "credential git --host git.example.com get", request);
        assert_eq!(answer, (0, String::new(), String::new()), "{}", text(request));
    };
    for request in [
        &b"protocol=https\nhost=git.example.com#?/\npath=a.git\n"[..],
        b"protocol=https\nhost=git.example.com/\n",
        b"protocol=https\nhost=a b c\n",
        b"protocol=https\nhost=git.example.com\xff\n",
        b"protocol=https\nhost=git.example.com\r.evil.example\n",
        b"protocol=https\nhost=evil.example\rhost=git.example.com\n",
        b"protocol=https\nhost=\npath=git.example.com\n",
        b"protocol=cert\nhost=\npath=path/to/cert.pem\n",
        b"protocol=ftp\nhost=git.example.com\npath=a.git\n",
        b"url=https://git.example.com/a.git\n",
        // A line break in the URL, which git passed on before 2.26.1: git would send the token to the first host.
        b"protocol=https\nhost=evil.example\nhost=git.example.com\n",
        b"protocol=https\nhost=git.example.com\nhost=evil.example\n",
        b"protocol=http\nprotocol=https\nhost=git.example.com\n",
    ] {
        nothing(request);
    }
    // A helper with a buffer of this size would read the end of the header as a line of its own.
    for size in [256, 512, 1024, 2048, 4096, 8192, 65_536] {
        let header = format!("wwwauth[]=basic realm={}", "a".repeat(size - "wwwauth[]=basic realm=".len() - 1));
        nothing(format!("protocol=https\nhost=evil.example\n{header}host=git.example.com\n").as_bytes());
    }
}

#[test]
fn git_gets_no_token_that_has_expired() {
    let home = Home::of("expired");
    let request = "protocol=https\nhost=git.example.com\n";
    let (status, answer, said) = asked(&home, "credential git --host git.example.com get", request);
    assert!(status != 0 && answer == "quit=1\n" && said.contains("error: "), "{answer} {said}");
    let provider = Provider::start(|_, _| (200, tokens()));
    home.use_provider(&provider.address());
    let (status, answer, said) = asked(&home, "credential git --host git.example.com get", request);
    assert_eq!((status, said), (0, String::new()));
    let (head, expiry) = answer.split_once("password_expiry_utc=").unwrap();
    assert_eq!(head, format!("username=oauth2\npassword={NEW_ACCESS_TOKEN}\n"));
    assert!(expiry.trim_end().parse::<i64>().unwrap() > SystemClock::new().now().0, "{answer}");
}

/// git calls each helper, also for credentials that it has from elsewhere.
#[test]
fn nothing_that_git_stores_is_saved() {
    let home = home();
    let before = std::fs::read(home.cache()).unwrap();
    for rest in [
        "username=me\npassword=secret\npassword_expiry_utc=9999999999\n",
        "username=me\npassword=secret\noauth_refresh_token=refresh\n",
        "username=\npassword=\n",
        "username=oauth2\npassword=AT-bob\n",
        "capability[]=authtype\nauthtype=Bearer\ncredential=secret\n",
        "capability[]=authtype\nauthtype=Bearer\ncredential=AT-bob\nephemeral=1\n",
        "capability[]=authtype\ncapability[]=state\nauthtype=Steps\ncredential=secret\nstate[]=other:1\n",
    ] {
        let request = format!("protocol=https\nhost=git.example.com\n{rest}");
        let answer = asked(&home, "credential git --host git.example.com store", &request);
        assert_eq!(answer, (0, String::new(), String::new()), "{request}");
    }
    assert_eq!(std::fs::read(home.cache()).unwrap(), before);
}

#[test]
fn only_the_cached_token_is_replaced_if_git_erases_it() {
    let requests = Arc::new(AtomicUsize::new(0));
    let counted = requests.clone();
    let provider = Provider::start(move |_, _| {
        counted.fetch_add(1, Ordering::SeqCst);
        (200, tokens())
    });
    let head = "protocol=https\nhost=git.example.com\n";
    for (request, is_replaced) in [
        (format!("{head}username=oauth2\npassword=AT-bob\nwwwauth[]=Basic realm=\"code\"\n"), true),
        (format!("{head}username=oauth2\npassword=AT-bob\npassword_expiry_utc=5\n"), true),
        (
            format!(
                "capability[]=authtype\nauthtype=Bearer\ncredential=AT-bob\nephemeral=1\n{head}wwwauth[]=Bearer a\n"
            ),
            true,
        ),
        // The sign-in belongs to other programs, too.
        (head.to_owned(), false),
        (format!("{head}username=oauth2\n"), false),
        (format!("{head}username=me\npassword=another\nwwwauth[]=Basic realm=\"code\"\n"), false),
        (format!("capability[]=authtype\nauthtype=Bearer\ncredential=another\n{head}wwwauth[]=Bearer\n"), false),
        ("protocol=https\nhost=evil.example\nusername=oauth2\npassword=AT-bob\n".to_owned(), false),
        ("protocol=http\nhost=git.example.com\nusername=oauth2\npassword=AT-bob\n".to_owned(), false),
    ] {
        let home = home();
        home.use_provider(&provider.address());
        requests.store(0, Ordering::SeqCst);
        let answer = asked(&home, "credential git --host git.example.com erase", &request);
        assert_eq!(answer, (0, String::new(), String::new()), "{request}");
        assert_eq!(requests.load(Ordering::SeqCst), usize::from(is_replaced), "{request}");
        let token = home.answer("token --offline");
        assert_eq!(token, if is_replaced { NEW_ACCESS_TOKEN } else { TOKEN }, "{request}");
    }
}
