//! Requests of cargo.

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
