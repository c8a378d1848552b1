//! Requests word for word, as the programs' own tests have them: of git (t0300), docker-credential-helpers, cargo and
//! Bazel.

use serde_json::{Value, json};

use crate::support::home::Home;
use crate::support::{answer_of, text};
use crate::{TOKEN, fed, home, link};

fn asked(home: &Home, line: &str, input: &str) -> (i32, String, String) {
    let output = fed(home.program(line), input);
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn git_gets_what_it_can_use() {
    let home = home();
    let basic = "username=oauth2\npassword=AT-bob\npassword_expiry_utc=4102444800\n";
    let bearer =
        "capability[]=authtype\nauthtype=Bearer\nephemeral=1\ncredential=AT-bob\npassword_expiry_utc=4102444800\n";
    let host = "protocol=https\nhost=git.example.com\n";
    for (words, input, expected) in [
        ("get", host.to_owned(), basic),
        // An empty line ends the request.
        ("get", format!("{host}\nhost=evil.example\n"), basic),
        ("get", format!("{host}path=a/b.git\nunknown=1\n"), basic),
        ("get", host.replace('\n', "\r\n"), basic),
        ("get", format!("{host}username=me\n"), "password=AT-bob\npassword_expiry_utc=4102444800\n"),
        ("--username me get", host.to_owned(), "username=me\npassword=AT-bob\npassword_expiry_utc=4102444800\n"),
        ("get", format!("{host}wwwauth[]=Bearer\n"), basic),
        ("get", format!("capability[]=authtype\n{host}"), basic),
        ("get", format!("capability[]=authtype\n{host}wwwauth[]=Basic realm=\"a\"\n"), basic),
        ("get", format!("capability[]=authtype\n{host}wwwauth[]=Basic\nwwwauth[]=Bearer realm=\"a\"\n"), bearer),
        ("--authtype basic get", format!("capability[]=authtype\n{host}wwwauth[]=Bearer\n"), basic),
        ("--authtype bearer get", format!("capability[]=authtype\n{host}"), bearer),
        ("--authtype bearer get", host.to_owned(), basic),
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

#[test]
fn docker_gets_what_it_can_use() {
    let home = home();
    home.answer("profile set default --helper-host r.example.com:5000 --helper-host eu.gcr.io");
    let token = |url: &str, user: &str| json!({ "ServerURL": url, "Username": user, "Secret": TOKEN });
    for (url, user) in [
        ("r.example.com:5000", "oauth2"),
        ("https://r.example.com:5000/v1/\n", "oauth2"),
        ("eu.gcr.io", "oauth2accesstoken"),
        ("https://eu.gcr.io", "oauth2accesstoken"),
    ] {
        let (status, answer, said) = asked(&home, "credential docker get", url);
        assert_eq!((status, said), (0, String::new()));
        assert_eq!(serde_json::from_str::<Value>(&answer).unwrap(), token(url.trim(), user));
    }
    for url in ["r.example.com", "http://r.example.com:5000", "https://index.docker.io/v1/", "eu.gcr.io.evil.example"] {
        let expected = "credentials not found in native keychain\n";
        assert_eq!(asked(&home, "credential docker get", url), (1, expected.to_owned(), String::new()), "{url}");
    }
    let (_, listed, _) = asked(&home, "credential docker list", "");
    let listed: Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(listed, json!({ "https://r.example.com:5000": "oauth2", "https://eu.gcr.io": "oauth2accesstoken" }));
    assert_eq!(asked(&home, "credential docker version", "").1, "docker-credential-tokcache (tokcache) 0.1.0\n");
    // docker login gives the same token back.
    let stored =
        |secret| json!({ "ServerURL": "r.example.com:5000", "Username": "oauth2", "Secret": secret }).to_string();
    assert_eq!(asked(&home, "credential docker store", &stored(TOKEN)).0, 0);
    let (status, _, said) = asked(&home, "credential docker store", &stored("another"));
    assert!(status != 0 && said.contains("try: tokcache login --profile default"), "{said}");
    let (status, _, said) = asked(&home, "credential docker erase", "r.example.com:5000");
    assert!(status == 0 && said.contains("tokcache clear --profile default"), "{said}");
    assert_eq!(home.answer("token --offline"), TOKEN, "the sign-in stays");
    // Errors are on stdout, where the client looks for them.
    for (words, input) in [("get", ""), ("store", "no json"), ("nonsense", "")] {
        let (status, answer, said) = asked(&home, &format!("credential docker {words}"), input);
        assert!(status != 0 && !answer.is_empty() && said.contains("error: "), "{words}");
    }
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

#[test]
fn cargo_gets_one_line_for_each_request() {
    let home = home();
    let request = |kind: &str, index: &str, args: &[&str]| {
        json!({ "v": 1, "registry": { "index-url": index, "name": "r", "headers": ["WWW-Authenticate: Cargo"] },
            "kind": kind, "operation": "read", "args": args, "token": "secret" })
        .to_string()
    };
    let (own, args) = ("sparse+https://cargo.example.com/index/", &["--host", "cargo.example.com"][..]);
    let lines = [
        request("get", own, args),
        request("get", own, &["credential", "cargo", "--host", "cargo.example.com"]),
        request("get", "https://cargo.example.com/index", args),
        request("get", "sparse+https://evil.example/index/", args),
        request("login", own, args),
        request("logout", own, args),
        request("unheard-of", own, args),
        request("get", own, &["--nonsense"]),
        request("get", own, args).replace("\"v\":1", "\"v\":2"),
        "no json".to_owned(),
    ];
    let output = fed(home.program("--cargo-plugin"), &(lines.join("\n") + "\n"));
    let answers: Vec<Value> = answer_of(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let found = json!({ "Ok": { "kind": "get", "token": "Bearer AT-bob", "cache": "expires", "expiration": 4_102_444_800u64,
        "operation_independent": true } });
    let refused = |kind: &str| json!({ "Err": { "kind": kind } });
    assert_eq!(answers[..4], [json!({ "v": [1] }), found.clone(), found.clone(), found]);
    assert_eq!(answers[4], refused("url-not-supported"));
    assert_eq!(answers[5]["Err"]["caused-by"][0], "try: tokcache login");
    assert_eq!(answers[6]["Err"]["caused-by"][0], "try: tokcache clear");
    assert_eq!(answers[7], refused("operation-not-supported"));
    for answer in &answers[8..] {
        assert_eq!(answer["Err"]["kind"], "other");
        assert!(answer["Err"]["message"].is_string());
    }
    assert_eq!(answers.len(), 11);
    assert!(!text(&output.stdout).contains("secret") && output.stderr.is_empty());
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
    for (line, input) in [
        ("git get", "protocol=https\nhost=a.example.com\n"),
        ("docker get", "a.example.com"),
        ("bazel get", r#"{"uri":"https://a.example.com"}"#),
        ("goauth", ""),
        ("kubernetes", ""),
        ("terraform get a.example.com", ""),
        ("keyring get https://a.example.com x", ""),
        ("xoauth2", ""),
    ] {
        let (status, answer, said) = asked(&home, &format!("credential {line}"), input);
        assert!(status != 0 && said.contains("error: "), "{line}: {answer} {said}");
        assert!(!answer.to_lowercase().contains("bearer") && !answer.contains("AT-"), "{line}: {answer}");
    }
}
