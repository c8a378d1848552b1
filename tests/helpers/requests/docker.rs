//! Requests of docker and its relatives, as the tests of docker-credential-helpers have them.

use serde_json::{Value, json};

use super::asked;
use crate::{TOKEN, home};

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
