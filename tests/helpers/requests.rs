//! Requests word for word, as the programs send them. A protocol with many cases has a file of its own in `requests/`.

mod cargo;
mod docker;
mod git;

use serde_json::{Value, json};

use crate::support::home::Home;
use crate::support::{answer_of, text};
use crate::{fed, home, link};

fn asked(home: &Home, line: &str, input: impl AsRef<[u8]>) -> (i32, String, String) {
    let output = fed(home.program(line), input);
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_host_selects_the_profile() {
    let home = home();
    let work =
        "authority = 'http://127.0.0.1:1/t'\nclient_id = 'app'\nscopes = ['a']\nhelper_hosts = ['w.example.com']\n";
    home.write("config/profiles/work.toml", work);
    home.answer("profile set default --helper-host d.example.com");
    let get = |host: &str, line: &str| asked(&home, &format!("credential docker{line} get"), host);
    assert_eq!(get("d.example.com", "").0, 0);
    assert_eq!(get("d.example.com", " --profile work").0, 1, "the profile that was typed is meant");
    let (status, answer, said) = get("w.example.com", "");
    assert!(status == 4 && !answer.contains("{") && said.contains("try: tokcache login --profile work"), "{said}");
    home.answer("profile set work --helper-host d.example.com");
    let (status, _, said) = get("d.example.com", "");
    assert_eq!(status, 0, "the profile that is in use comes first: {said}");
    let both = work.replace("w.example.com", "x.example.com");
    home.write("config/profiles/other.toml", &both);
    home.write("config/profiles/work.toml", &both);
    let (status, _, said) = get("x.example.com", "");
    assert!(status == 3 && said.contains("several profiles: other, work"), "{said}");
    // The hosts belong to the authority.
    home.answer("profile set work --authority https://id.example.com");
    assert!(!home.answer("profile show work").contains("helper_hosts"));
}

#[test]
fn bazel_gets_a_header_for_a_configured_host_only() {
    let home = home();
    let get = |uri: &str| {
        let input = json!({ "uri": uri }).to_string();
        let (status, answer, said) = asked(&home, "credential bazel --host b.example.com get", &input);
        assert_eq!((status, said), (0, String::new()));
        serde_json::from_str::<Value>(&answer).unwrap()
    };
    let found = json!({ "headers": { "Authorization": ["Bearer AT-bob"] }, "expires": "2100-01-01T00:00:00Z" });
    assert_eq!(get("https://b.example.com/archive.zip"), found);
    for uri in ["https://c.example.com/b.example.com", "http://b.example.com/", "grpcs://b.example.com", ""] {
        assert_eq!(get(uri), json!({ "headers": {} }), "{uri}");
    }
    for (words, input) in [("get", "no json"), ("get", "{}"), ("put", "{}"), ("", "{}")] {
        let (status, answer, said) = asked(&home, format!("credential bazel {words}").trim(), input);
        assert!(status == 2 && answer.is_empty() && said.contains("try: "), "{words} {said}");
    }
    link(&home, "bazel-credential-tokcache");
    home.answer("profile set default --helper-host b.example.com");
    let output = fed(home.program_named("bazel-credential-tokcache", "get"), r#"{"uri":"https://b.example.com/"}"#);
    assert_eq!(serde_json::from_str::<Value>(&answer_of(&output)).unwrap(), found);
}

/// No program knows a year after 9999.
#[test]
fn a_token_that_outlives_the_calendar_has_no_time_of_expiry() {
    let home = home();
    home.edit("state/token_cache.json", "4102444800", "99999999999999");
    let request = json!({ "v": 1, "registry": { "index-url": "sparse+https://a.example.com/" }, "kind": "get",
        "operation": "read", "args": ["--host", "a.example.com"] });
    let output = fed(home.program("--cargo-plugin"), request.to_string() + "\n");
    let answer: Value = serde_json::from_str(answer_of(&output).lines().nth(1).unwrap()).unwrap();
    assert_eq!((&answer["Ok"]["cache"], &answer["Ok"]["expiration"]), (&json!("session"), &Value::Null));
    let request = json!({ "uri": "https://a.example.com/" }).to_string();
    let (_, answer, _) = asked(&home, "credential bazel --host a.example.com get", &request);
    let headers = json!({ "headers": { "Authorization": ["Bearer AT-bob"] } });
    assert_eq!(serde_json::from_str::<Value>(&answer).unwrap(), headers);
    let request = "protocol=https\nhost=a.example.com\n";
    let (_, answer, _) = asked(&home, "credential git --host a.example.com get", request);
    assert_eq!(answer, "username=oauth2\npassword=AT-bob\n");
    for line in ["credential kubernetes", "token -o exec-credential"] {
        let answer: Value = serde_json::from_str(&home.answer(line)).unwrap();
        assert_eq!(answer["status"], json!({ "token": "AT-bob" }), "{line}");
    }
    for format in ["az", "azd"] {
        let answer: Value = serde_json::from_str(&home.answer(&format!("token -o {format}"))).unwrap();
        assert!(answer["expiresOn"].as_str().unwrap().starts_with("9999-12-31"), "{answer}");
    }
    let answer: Value = serde_json::from_str(&home.answer("token -o json")).unwrap();
    assert_eq!(answer["expires_at"], Value::Null);
}

#[test]
fn mail_programs_get_the_response_of_xoauth2() {
    let home = home();
    assert_eq!(home.answer("credential xoauth2"), "dXNlcj1ib2JAZXhhbXBsZS5jb20BYXV0aD1CZWFyZXIgQVQtYm9iAQE=");
    assert_eq!(home.answer("credential xoauth2 --username a@b"), "dXNlcj1hQGIBYXV0aD1CZWFyZXIgQVQtYm9iAQE=");
}

/// A token with a line break would add a line to the answer.
#[test]
fn a_token_that_would_forge_an_answer_is_refused_in_every_protocol() {
    let home = Home::of("forged-token");
    home.answer("profile set default --helper-host a.example.com");
    let cargo = json!({ "v": 1, "registry": { "index-url": "sparse+https://a.example.com/" }, "kind": "get",
        "operation": "read", "args": [] });
    let requests = [
        ("git get", "protocol=https\nhost=a.example.com\n"),
        ("docker get", "a.example.com"),
        ("bazel get", r#"{"uri":"https://a.example.com"}"#),
        ("goauth", ""),
        ("kubernetes", ""),
        ("terraform get a.example.com", ""),
        ("keyring get https://a.example.com x", ""),
        ("xoauth2", ""),
        ("aws --role-arn arn:aws:iam::1:role/r", ""),
        ("cargo", &(cargo.to_string() + "\n")),
        ("google", ""),
    ];
    for (line, input) in requests {
        let (status, answer, said) = asked(&home, &format!("credential {line}"), input);
        // cargo and Google's libraries read the failure in the answer.
        let is_told = answer.contains("\"Err\"") || answer.contains("\"success\":false");
        assert!(is_told || (status != 0 && said.contains("error: ")), "{line}: {answer} {said}");
        assert!(!answer.to_lowercase().contains("bearer") && !answer.contains("AT-"), "{line}: {answer}");
    }
    // mcp-headers needs a server: see tests/mcp.
    let (_, _, said) = asked(&home, "credential nonsense", "");
    let protocols = said.split_once("possible values: ").unwrap().1.split(']').next().unwrap().split(", ");
    for protocol in protocols.filter(|protocol| *protocol != "mcp-headers") {
        let is_asked = requests.iter().any(|(line, _)| line.split(' ').next() == Some(protocol));
        assert!(is_asked, "add a request by the protocol {protocol} to this test");
    }
}
