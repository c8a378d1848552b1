//! Requests of cargo, as its test suite has them. `README.md` lists the cases.

use serde_json::{Value, json};

use crate::support::{answer_of, text};
use crate::{fed, home};

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

/// The members of each request that cargo makes, with more members than there are today.
#[test]
fn cargo_gets_the_same_token_for_each_operation() {
    let home = home();
    let index = "sparse+https://cargo.example.com/index/";
    let args = json!(["--host", "cargo.example.com"]);
    let named = json!({ "index-url": index, "name": "r" });
    let requests = [
        json!({ "operation": "read" }),
        json!({ "operation": "publish", "name": "a", "vers": "0.1.0", "cksum": "0".repeat(64) }),
        json!({ "operation": "yank", "name": "a", "vers": "0.1.0" }),
        json!({ "operation": "unyank", "name": "a", "vers": "0.1.0" }),
        json!({ "operation": "owners", "name": "a" }),
        json!({ "operation": "unheard-of", "more": true }),
        // A registry that is only named by `--index`, and members that cargo may add.
        json!({ "operation": "read", "registry": { "index-url": index } }),
        json!({ "operation": "read", "more": [1], "registry": { "index-url": index, "more": {}, "headers": [] } }),
        json!({ "operation": "read", "registry": { "index-url": "https://cargo.example.com/git-index" } }),
    ];
    let line = |request: &Value| {
        let mut whole = json!({ "v": 1, "kind": "get", "registry": named, "args": args });
        whole.as_object_mut().unwrap().extend(request.as_object().unwrap().clone());
        whole.to_string() + "\n"
    };
    let output = fed(home.program("--cargo-plugin"), requests.iter().map(line).collect::<String>());
    let answers: Vec<Value> = answer_of(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), requests.len() + 1);
    for (request, answer) in requests.iter().zip(&answers[1..]) {
        assert_eq!(answer["Ok"]["token"], "Bearer AT-bob", "{request}");
        assert_eq!(answer["Ok"]["operation_independent"], true, "{request}");
    }
}

#[test]
fn cargo_can_ask_its_other_providers_for_another_registry_whatever_it_wants() {
    let home = home();
    let request = |kind: &str, args: Value| {
        json!({ "v": 1, "registry": { "index-url": "https://github.com/rust-lang/crates.io-index", "name": "crates-io" },
            "kind": kind, "operation": "read", "token": "secret", "login-url": "https://crates.io/me", "args": args })
        .to_string()
            + "\n"
    };
    let own = json!(["credential", "cargo", "--host", "cargo.example.com"]);
    let lines = ["get", "login", "logout"].map(|kind| request(kind, own.clone())).concat();
    // Without arguments, the profiles name the hosts. There is none.
    let lines = lines + &request("get", json!([])) + &request("get", json!(null)).replace(",\"args\":null", "");
    let output = fed(home.program("--cargo-plugin"), lines);
    let answers = answer_of(&output);
    let refused: Vec<_> = answers.lines().skip(1).collect();
    assert_eq!(refused, [r#"{"Err":{"kind":"url-not-supported"}}"#; 5]);
}

/// `cargo login -- --more` adds to the arguments of the configuration.
#[test]
fn cargo_login_never_gets_a_token_saved_or_repeated() {
    let home = home();
    let before = std::fs::read(home.cache()).unwrap();
    let registry = json!({ "index-url": "sparse+https://cargo.example.com/index/", "name": "r" });
    for added in [&[][..], &["--more"], &["more", "words"]] {
        let args = [&["credential", "cargo", "--host", "cargo.example.com"], added].concat();
        let request = json!({ "v": 1, "registry": registry, "kind": "login", "token": "secret",
            "login-url": "https://cargo.example.com/me", "args": args });
        let output = fed(home.program("--cargo-plugin"), request.to_string() + "\n");
        let answer: Value = serde_json::from_str(answer_of(&output).lines().nth(1).unwrap()).unwrap();
        assert_eq!(answer["Err"]["kind"], "other", "{answer}");
        assert!(answer["Err"]["caused-by"][0].as_str().unwrap().starts_with("try: tokcache "), "{answer}");
        assert!(!answer.to_string().contains("secret") && output.stderr.is_empty());
    }
    assert_eq!(std::fs::read(home.cache()).unwrap(), before);
}
