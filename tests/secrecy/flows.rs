//! Runs every flow: the secrets that it sends and gets are in no output, in no argument of another program, in no profile,
//! and not in memory when it ends.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Output;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use base64::prelude::{BASE64_STANDARD, Engine};
use memchr::memmem;
use serde_json::{Value, json};

use crate::home::{ACCESS_TOKEN, Home, REFRESH_TOKEN, tells};
use crate::process::memory_before;
use crate::said::echo;
use crate::support::provider::{DEVICE_CODE, NEW_ACCESS_TOKEN, NEW_REFRESH_TOKEN, Provider, generous, pushed, tokens};
use crate::support::{each, is_long};

const CLIENT_SECRET: &str = "canary/+client'secret\"of=a\\long$life";
/// The secret of a client that the server has registered.
const REGISTERED_SECRET: &str = "canary/+registered'secret\"of=a\\long$life";
/// A token of another issuer, of a caller of a web API, or of an identity provider.
const ASSERTION: &str = "canary.assertion.of_a_very-long.life";
const IDENTITY_HEADER: &str = "canary-identity-header-of-a-long-life";
const JOB_TOKEN: &str = "canary.job-token.of_a_very-long.life";
/// The password of `app.pfx`.
const PASSWORD: &str = "Zażółć-𝄞";
const KEY: &str = include_str!("../../crates/core/src/oauth/jwt/testdata/rsa.pem");

/// A command with a flow.
struct Flow {
    line: &'static str,
    /// A secret that the request has in a header, so that the provider does not find it in the form.
    header: &'static str,
}

const fn flow(line: &'static str) -> Flow {
    Flow { line, header: "" }
}

/// `URL` stands for the address of a protected resource. The files are in the folder of the home.
const FLOWS: [Flow; 17] = [
    flow("login --scope api:read"),
    flow("login --browser --par --scope api:read"),
    flow("login --for URL --no-browser --par --scope api:read"),
    flow("token --force-refresh"),
    flow("clear"),
    flow("token --flow client-credentials --client-secret-file secret"),
    Flow {
        line: "token --flow client-credentials --client-secret-file secret --client-auth-method client_secret_basic",
        header: CLIENT_SECRET,
    },
    flow("token --flow client-credentials --client-key rsa.pem"),
    flow("token --flow client-credentials --client-certificate rsa_certificate.pem --client-key rsa.pem"),
    flow("token --flow client-credentials --client-certificate app.pfx --client-certificate-password-file password"),
    flow("token --flow client-credentials --federated-token-file assertion"),
    flow("token --flow client-credentials --federated-token-command ./print-assertion"),
    Flow { line: "token --flow client-credentials --federated-token-source github-actions", header: JOB_TOKEN },
    flow("token --assertion-file assertion --client-secret-file secret"),
    flow("token --assertion-file assertion --authority-kind entra --client-secret-file secret"),
    Flow { line: "token --flow managed-identity --resource https://vault.example.com", header: IDENTITY_HEADER },
    flow("token --profile agent"),
];

/// The flows that start another program.
const WITH_PROGRAM: [&str; 2] = ["--browser", "./print-assertion"];

/// A line of the private exponent, after the modulus, which is public.
fn line_of_key() -> &'static str {
    KEY.lines().nth(9).unwrap()
}

fn secrets() -> [&'static str; 12] {
    [
        ACCESS_TOKEN,
        REFRESH_TOKEN,
        DEVICE_CODE,
        NEW_ACCESS_TOKEN,
        NEW_REFRESH_TOKEN,
        CLIENT_SECRET,
        REGISTERED_SECRET,
        ASSERTION,
        IDENTITY_HEADER,
        JOB_TOKEN,
        PASSWORD,
        line_of_key(),
    ]
}

/// Returns the secrets that the bytes contain.
fn told(bytes: &[u8]) -> Vec<&'static str> {
    secrets().into_iter().filter(|secret| tells(bytes, secret)).collect()
}

/// Answers a request of each flow. Only a person gets a refresh token.
fn answer(path: &str, form: &str) -> (u16, Value) {
    let is_of_person = ["device_code=", "&code=", "refresh_token="].iter().any(|field| form.contains(field));
    match path.split('?').next().unwrap() {
        "/tenant/par" => pushed(form, DEVICE_CODE),
        "/tenant/register" => (
            201,
            json!({
                "client_id": "registered", "client_secret": REGISTERED_SECRET,
                "token_endpoint_auth_method": "client_secret_post"
            }),
        ),
        "/actions" => (200, json!({ "value": ASSERTION })),
        "/mcp" => (401, Value::Null),
        path if path.contains(".well-known") => (404, Value::Null),
        path if path.ends_with("/token") && form.contains("id-jag") => {
            (200, json!({ "access_token": ASSERTION, "token_type": "N_A", "expires_in": 60 }))
        }
        path if path.ends_with("/token") && !is_of_person => {
            let mut tokens = tokens();
            for member in ["refresh_token", "id_token", "scope"] {
                tokens.as_object_mut().unwrap().remove(member);
            }
            (200, tokens)
        }
        path => generous(path, form),
    }
}

/// Creates a home with the credentials of all flows, and returns it with the flow's command line.
fn home_of(flow: &Flow, provider: &Provider) -> (Home, String) {
    let mut home = Home::at(provider);
    let address = provider.address();
    for (name, value) in [
        ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", JOB_TOKEN.to_owned()),
        ("ACTIONS_ID_TOKEN_REQUEST_URL", format!("{address}/actions?version=2")),
        ("BROWSER", "./print-assertion".to_owned()),
        ("IDENTITY_ENDPOINT", format!("{address}/msi/token")),
        ("IDENTITY_HEADER", IDENTITY_HEADER.to_owned()),
    ] {
        home.set(name, value);
    }
    for (name, content) in [
        ("assertion", ASSERTION),
        ("password", PASSWORD),
        ("secret", CLIENT_SECRET),
        ("print-assertion", "#!/bin/sh\ntr '\\0' ' ' </proc/$$/cmdline >started\ncat assertion\n"),
    ] {
        home.write(name, content);
    }
    fs::set_permissions(home.path("print-assertion"), fs::Permissions::from_mode(0o700)).unwrap();
    let crates = concat!(env!("CARGO_MANIFEST_DIR"), "/crates");
    for name in ["rsa.pem", "rsa_certificate.pem"] {
        home.copy(&format!("{crates}/core/src/oauth/jwt/testdata/{name}"), name);
    }
    home.copy(&format!("{crates}/pkcs12/tests/data/openssl_unicode_3des.pfx"), "app.pfx");
    let profile = format!(
        "authority = \"{address}/tenant\"\nclient_id = \"agent\"\nscopes = [\"api:read\"]\nflow = \"identity-assertion\"\n\
         identity_profile = \"default\"\nidentity_token_file = {:?}\nclient_secret_file = {:?}\n",
        home.path("assertion"),
        home.path("secret")
    );
    home.write("config/profiles/agent.toml", &profile);
    (home, flow.line.replace("URL", &format!("{address}/mcp")))
}

fn run(home: &Home, line: &str) -> Output {
    let mut tokcache = home.tokcache(&["-vv"]);
    tokcache.args(line.split(' ')).env("RUST_BACKTRACE", "full").env("RUST_LOG", "trace").output().unwrap()
}

#[test]
fn a_flow_that_succeeds_tells_nothing_but_the_token_that_was_asked_for() {
    each(&FLOWS, |flow| {
        let provider = Provider::start(answer);
        let (home, line) = home_of(flow, &provider);
        let output = run(&home, &line);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{line}: {said}");
        assert_eq!(told(&output.stderr), Vec::<&str>::new(), "{line}: {said}");
        let asked: &[&str] = if line.starts_with("token") { &[NEW_ACCESS_TOKEN] } else { &[] };
        assert_eq!(told(&output.stdout), asked, "{line}");
        for profile in fs::read_dir(home.path("config/profiles")).unwrap() {
            assert_eq!(told(&fs::read(profile.unwrap().path()).unwrap()), Vec::<&str>::new(), "{line}");
        }
        let starts = WITH_PROGRAM.iter().any(|word| line.contains(word));
        let started = fs::read(home.path("started")).ok();
        assert_eq!(started.is_some(), starts, "{line}");
        assert_eq!(told(&started.unwrap_or_default()), Vec::<&str>::new(), "{line}");
    });
}

/// The server repeats everything that it was sent, at each request of a flow or only at its last one.
#[test]
fn a_flow_that_fails_tells_nothing() {
    let answers =
        [(400, false, "text"), (400, true, "json"), (401, true, "text"), (302, true, "text"), (500, true, "json")];
    let cases = FLOWS.iter().flat_map(|flow| answers.map(|answer| (flow, answer)));
    // The library asks the service of a platform for a minute.
    let is_quick = |(flow, answer): &(&Flow, (u16, bool, &str))| flow.header != IDENTITY_HEADER || answer.0 != 500;
    let cases: Vec<_> = cases.filter(|case| is_long() || is_quick(case)).collect();
    println!("{} cases; TOKCACHE_TESTS=long tries all {}", cases.len(), FLOWS.len() * answers.len());
    each(&cases, |&(flow, (status, is_last_only, format))| {
        let (header, has_echoed) = (flow.header, Arc::new(AtomicBool::new(false)));
        let echoes = has_echoed.clone();
        let provider = Provider::start(move |path, form| {
            let is_last = path.contains("/token") && !form.contains("id-jag") || path.ends_with("/revoke");
            match is_last || !is_last_only && !path.contains(".well-known") {
                true => {
                    echoes.store(true, Ordering::Relaxed);
                    (status, echo(&format!("{form}&header={header}")))
                }
                false => {
                    let (status, mut body) = answer(path, form);
                    if body.get("user_code").is_some() {
                        // A sign-in asks until its code has expired, whatever the server answers.
                        body["expires_in"] = json!(5);
                    }
                    (status, body)
                }
            }
        });
        let (home, line) = home_of(flow, &provider);
        let line = format!("--error-format {format} {line} --timeout 5s");
        let output = run(&home, &line);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(has_echoed.load(Ordering::Relaxed), "{line}: {status}: the server was not asked: {said}");
        assert!(!output.stderr.is_empty(), "{line}");
        assert!(flow.line == "clear" || !output.status.success(), "{line}: {status}: {said}");
        assert_eq!(told(&[&*output.stdout, &*output.stderr].concat()), Vec::<&str>::new(), "{line}: {status}: {said}");
    });
}

/// Uses plain HTTP, because the TLS library keeps a copy of the last data that it received.
#[test]
fn when_a_flow_ends_no_secret_is_left_in_memory() {
    let key = BASE64_STANDARD.decode(line_of_key()).unwrap();
    each(&FLOWS, |flow| {
        let provider = Provider::start(answer);
        let (home, line) = home_of(flow, &provider);
        let memory = memory_before("exit_group", &home, &line);
        assert!(memory.len() > 100_000);
        // The environment of a process is in its memory.
        let told: Vec<_> = told(&memory).into_iter().filter(|it| ![IDENTITY_HEADER, JOB_TOKEN].contains(it)).collect();
        assert_eq!(told, Vec::<&str>::new(), "{line}");
        assert!(memmem::find(&memory, &key).is_none(), "{line}: the private key");
    });
}
