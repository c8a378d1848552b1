//! The Azure SDKs for Python and JavaScript, unmodified.

use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::{Value, json};

use crate::endpoint::{Endpoint, cached_token, signed_in};
use crate::harness::{Home, Provider, REFRESH_TOKEN, SCOPE, answer_of, output_of, put_program};

/// The command of each SDK.
pub(crate) fn sdks() -> [(&'static str, Vec<String>); 2] {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = |name: &str| root.join(name).to_str().expect("text").to_owned();
    assert!(root.join("tests/serve/sdk/node_modules").exists(), "run tests/run serve once: it installs the SDKs");
    [
        ("Python", vec![path("target/e2e/azure/bin/python"), path("tests/serve/sdk/azure_sdk.py")]),
        ("JavaScript", vec!["node".to_owned(), path("tests/serve/sdk/azure_sdk.mjs")]),
    ]
}

/// Runs an SDK that is led to the endpoint, and returns what it has printed.
#[track_caller]
fn run(home: &Home, endpoint: &Endpoint, sdk: &[String], arguments: &[&str]) -> Value {
    let mut command = home.command(&sdk[0]);
    command.args(&sdk[1..]).args(arguments);
    command.envs(["IDENTITY_ENDPOINT", "IDENTITY_HEADER"].map(|name| (name, endpoint.variable(name))));
    serde_json::from_str(&answer_of(&output_of(&mut command))).expect("JSON")
}

fn is_login_named(answer: &Value) -> bool {
    answer["message"].as_str().is_some_and(|message| message.contains("tokcache login"))
}

#[test]
fn both_credentials_of_both_sdks_get_the_token_of_the_cache() {
    let (provider, home) = signed_in();
    for (name, sdk) in sdks() {
        let words: Vec<&str> = sdk.iter().map(String::as_str).collect();
        for kind in ["managed", "default"] {
            let start = ["exec", "--as", "managed-identity", "--"];
            let printed = home.answer(&[&start[..], &words, &[kind, SCOPE]].concat());
            let answer: Value = serde_json::from_str(&printed).expect("JSON");
            assert_eq!(answer["tokens"], json!([cached_token(&home)]), "{name} {kind}: {answer}");
        }
    }
    provider.assert_no_sign_in_was_lost();
}

#[test]
fn an_sdk_gets_a_new_token_when_the_old_one_has_expired() {
    let (provider, home) = signed_in();
    let endpoint = Endpoint::serve(&home, &[]);
    for (name, sdk) in sdks() {
        let old = cached_token(&home);
        home.cache.expire_access_tokens();
        let before = provider.token_requests(REFRESH_TOKEN);
        let answer = run(&home, &endpoint, &sdk, &["managed", SCOPE]);
        assert_eq!(answer["tokens"], json!([cached_token(&home)]), "{name}: {answer}");
        assert_ne!(answer["tokens"], json!([old]), "{name}");
        assert_eq!(provider.token_requests(REFRESH_TOKEN), before + 1, "{name}");
    }
}

/// A process that lives longer than a token, as a server does.
#[test]
fn an_sdk_process_that_outlives_a_token_gets_the_next_one() {
    std::thread::scope(|scope| {
        for (name, sdk) in sdks() {
            scope.spawn(move || {
                let provider = Provider::start_with(json!({ "access_token_seconds": 5 }));
                let mut home = Home::at(&provider);
                home.sign_in(&provider);
                home.set("PAUSE_SECONDS", "6");
                let endpoint = Endpoint::serve(&home, &[]);
                let answer = run(&home, &endpoint, &sdk, &["managed", SCOPE, SCOPE]);
                let tokens = answer["tokens"].as_array().unwrap_or_else(|| panic!("{name}: {answer}"));
                assert_eq!(tokens.len(), 2, "{name}");
                assert_ne!(tokens[0], tokens[1], "{name}");
                assert_eq!(tokens[1], cached_token(&home), "{name}");
                provider.assert_no_sign_in_was_lost();
            });
        }
    });
}

#[test]
fn an_sdk_asks_again_when_the_provider_wants_it() {
    let (provider, home) = signed_in();
    let endpoint = Endpoint::serve(&home, &["--timeout", "1s"]);
    for (name, sdk) in sdks() {
        home.cache.expire_access_tokens();
        let before = provider.token_requests(REFRESH_TOKEN);
        provider.order_fault(json!({ "answer": { "status": 503, "headers": { "retry-after": "2" }, "body": "" } }));
        let answer = run(&home, &endpoint, &sdk, &["managed", SCOPE]);
        assert_eq!(answer["tokens"], json!([cached_token(&home)]), "{name}: {answer}");
        assert_eq!(provider.token_requests(REFRESH_TOKEN), before + 2, "{name}: one fails");
    }
    provider.assert_no_sign_in_was_lost();
}

#[test]
fn a_person_who_uses_an_sdk_is_told_to_sign_in_again() {
    let (provider, home) = signed_in();
    let endpoint = Endpoint::serve(&home, &[]);
    home.cache.expire_access_tokens();
    provider.revoke_sign_ins();
    for (name, sdk) in sdks() {
        let answer = run(&home, &endpoint, &sdk, &["managed", SCOPE]);
        assert!(is_login_named(&answer), "{name}: {answer}");
    }
}

#[test]
fn the_secret_does_not_go_to_the_proxy_of_the_network() {
    let (_provider, mut home) = signed_in();
    for name in ["HTTP_PROXY", "http_proxy"] {
        home.set(name, "http://127.0.0.1:1");
    }
    for (name, sdk) in sdks() {
        let words: Vec<&str> = sdk.iter().map(String::as_str).collect();
        let printed =
            home.answer(&[&["exec", "--as", "managed-identity", "--"], &words[..], &["managed", SCOPE]].concat());
        assert!(printed.contains(&cached_token(&home)), "{name}: {printed}");
    }
}

#[test]
fn an_sdk_that_asks_for_more_than_is_listed_is_told_so() {
    let (_provider, home) = signed_in();
    let endpoint = Endpoint::serve(&home, &[]);
    for (name, sdk) in sdks() {
        let answer = run(&home, &endpoint, &sdk, &["managed", "https://vault.azure.net/.default"]);
        let message = answer["message"].to_string();
        assert!(message.contains("--resource https://vault.azure.net"), "{name}: {answer}");
    }
}

/// Runs the scripts of the documentation as `az` and `azd`, without `/.default`, which this provider does not know.
#[test]
fn the_credentials_that_run_az_and_azd_get_the_token_of_the_cache_and_its_advice() {
    let (provider, mut home) = signed_in();
    let folder = tempfile::tempdir().unwrap();
    let page = include_str!("../../docs/exec-and-curl.md");
    let scripts: Vec<_> = page.split("```sh\n").skip(1).filter_map(|rest| rest.split_once("```")).collect();
    for name in ["az", "azd"] {
        let told = format!("-o {name} ");
        let (script, _) = scripts.iter().find(|(script, _)| script.contains(&told)).unwrap();
        put_program(&folder.path().join(name), &script.replace("/.default", ""));
    }
    symlink(env!("CARGO_BIN_EXE_tokcache"), folder.path().join("tokcache")).unwrap();
    let path = std::env::var("PATH").unwrap();
    home.set("PATH", format!("{}:{path}", folder.path().display()));
    home.set("TZ", "UTC"); // azure-identity for Python reads the time that azd prints in UTC as local.
    let cached: Value = serde_json::from_str(&home.answer(&["token", "-o", "json"])).expect("JSON");
    let ask = |kind: &str, sdk: &[String]| -> Value {
        let output = output_of(home.command(&sdk[0]).args(&sdk[1..]).args([kind, SCOPE]));
        serde_json::from_str(&answer_of(&output)).expect("JSON")
    };
    for kind in ["az", "azd"] {
        for (name, sdk) in sdks() {
            let answer = ask(kind, &sdk);
            assert_eq!(answer["tokens"], json!([cached["access_token"]]), "{name} {kind}: {answer}");
            assert_eq!(answer["expires_on"], cached["expires_on"], "{name} {kind}");
        }
    }
    home.cache.expire_access_tokens();
    provider.revoke_sign_ins();
    for kind in ["az", "azd"] {
        for (name, sdk) in sdks() {
            let answer = ask(kind, &sdk);
            assert!(is_login_named(&answer), "{name} {kind}: {answer}");
        }
    }
}
