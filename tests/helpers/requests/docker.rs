//! Requests of docker and its relatives, as the tests of docker-credential-helpers have them. `README.md` lists the cases.

use serde_json::{Value, json};

use super::asked;
use crate::support::answer_of;
use crate::{TOKEN, fed, home, link};

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
    let stored = |secret| credential("r.example.com:5000", "oauth2", secret);
    assert_eq!(asked(&home, "credential docker store", stored(TOKEN)).0, 0);
    let (status, _, said) = asked(&home, "credential docker store", stored("another"));
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

fn credential(server: &str, user: &str, secret: &str) -> String {
    json!({ "ServerURL": server, "Username": user, "Secret": secret }).to_string()
}

/// The client compares the whole text, and tells the person what is wrong.
#[test]
fn docker_recognises_the_errors_of_its_protocol() {
    let home = home();
    home.answer("profile set default --helper-host r.example.com");
    let without_server = json!({ "Username": "me", "Secret": TOKEN }).to_string();
    let without_user = json!({ "ServerURL": "r.example.com", "Secret": TOKEN }).to_string();
    for (word, input, expected) in [
        ("get", "https://unknown.example.com/v1", "credentials not found in native keychain"),
        ("get", "no-url", "credentials not found in native keychain"),
        ("get", "", "no credentials server URL"),
        ("get", " \n", "no credentials server URL"),
        ("erase", "", "no credentials server URL"),
        ("store", &credential("", "me", TOKEN), "no credentials server URL"),
        ("store", &without_server, "no credentials server URL"),
        ("store", &credential("r.example.com", "", TOKEN), "no credentials username"),
        ("store", &without_user, "no credentials username"),
    ] {
        let (status, answer, _) = asked(&home, &format!("credential docker {word}"), input);
        assert!(status != 0, "{word} {input}");
        assert_eq!(answer, format!("{expected}\n"), "{word} {input}");
    }
}

#[test]
fn docker_finds_a_registry_by_its_host_and_port_in_each_form() {
    let home = home();
    home.answer("profile set default --helper-host r.example.com:2376 --helper-host r.example.org");
    for (url, is_found) in [
        ("r.example.com:2376", true),
        ("//r.example.com:2376", true),
        ("https://r.example.com:2376", true),
        ("https://r.example.com:2376/some/path", true),
        ("https://r.example.com:2376/other/path?a=b", true),
        ("https://r.example.org", true),
        ("https://r.example.org/v1", true),
        ("//r.example.org", true),
        ("http://r.example.com:2376", false),
        ("https://r.example.com", false),
        ("https://r.example.com:5678", false),
        ("https://r.example.org:5678", false),
        ("/r.example.org", false),
        ("ftp://r.example.com:2376", false),
        ("https://::1:8080//////location/../../r.example.org", false),
    ] {
        let (status, answer, said) = asked(&home, "credential docker get", url);
        assert_eq!((status == 0, answer.contains(TOKEN), said.as_str()), (is_found, is_found, ""), "{url}: {answer}");
    }
}

#[test]
fn docker_erases_what_it_likes_and_the_sign_in_stays() {
    let home = home();
    home.answer("profile set default --helper-host r.example.com");
    for url in ["r.example.com", "https://r.example.com/v1/", "http://r.example.com", "https://unknown.example.com"] {
        let (status, answer, said) = asked(&home, "credential docker erase", url);
        assert_eq!((status, answer), (0, String::new()), "{url}: {said}");
    }
    assert_eq!(asked(&home, "credential docker get", "r.example.com").0, 0);
}

#[test]
fn docker_gets_a_list_without_hosts_and_the_version_in_each_form() {
    let home = home();
    // The client sends a word that nobody reads.
    assert_eq!(asked(&home, "credential docker list", "unused"), (0, "{}\n".to_owned(), String::new()));
    link(&home, "docker-credential-tokcache");
    let run = |line: &str| answer_of(&fed(home.program_named("docker-credential-tokcache", line), ""));
    for word in ["version", "--version", "-v"] {
        assert!(run(word).starts_with("docker-credential-tokcache (tokcache) "), "{word}");
    }
    for word in ["--help", "-h"] {
        assert!(run(word).contains("Usage: "), "{word}");
    }
}
