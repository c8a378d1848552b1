//! Tests applications, which have a credential of their own and no person (RFC 6749 §4.4).

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use serde_json::{Value, json};

use crate::harness::{Home, Provider, answer_of, end_of, source};

const CLIENT_CREDENTIALS: &str = "client_credentials";
const SCOPE: &str = "api.read";
const SECRET: &str = "made-up";
const HERD: usize = 30;

/// A home whose settings select an application of the provider.
fn home_of(provider: &Provider, client_id: &str) -> Home {
    let mut home = Home::at(provider);
    home.set("TOKCACHE_CLIENT_ID", client_id);
    home.set("TOKCACHE_FLOW", "client-credentials");
    home
}

pub(crate) fn secret_file(home: &Home) -> String {
    home.write("client-secret", &format!("{SECRET}\n"))
}

fn token(home: &Home, further: &[&str]) -> Value {
    let arguments = [&["token", "--scope", SCOPE, "-o", "json"], further].concat();
    serde_json::from_str(&home.answer(&arguments)).expect("JSON")
}

fn testdata(name: &str) -> PathBuf {
    source("../../crates/core/src/oauth/jwt/testdata").join(name)
}

/// Copies a file into the home, where only its user can replace it.
pub(crate) fn copied(home: &Home, name: &str) -> String {
    home.write(name, &std::fs::read_to_string(testdata(name)).expect("test data"))
}

/// Returns the command that prints an assertion for `audience`.
pub(crate) fn assertion_command(audience: &str) -> String {
    format!("node '{}' e2e-key '{audience}'", source("provider/assertion.mjs").display())
}

pub(crate) fn assertion(audience: &str) -> String {
    answer_of(&Command::new("sh").args(["-c", &assertion_command(audience)]).output().expect("node"))
}

#[test]
fn an_application_gets_a_token_without_a_sign_in_and_then_from_the_cache() {
    let provider = Provider::start();
    for (client_id, method) in [("e2e-basic", "client_secret_basic"), ("e2e-post", "client_secret_post")] {
        let home = home_of(&provider, client_id);
        let further = ["--client-secret-file", &secret_file(&home), "--client-auth-method", method];
        let before = provider.token_requests(CLIENT_CREDENTIALS);

        let (first, second) = (token(&home, &further), token(&home, &further));

        assert_eq!((&first["source"], &second["source"]), (&json!("client_credentials"), &json!("cache")));
        assert_eq!(first["access_token"], second["access_token"]);
        assert_eq!((&first["scope"], &first["account"]), (&json!(SCOPE), &Value::Null));
        assert_eq!(provider.token_requests(CLIENT_CREDENTIALS), before + 1);
        assert!(!home.cache.text().contains(SECRET));
    }
}

#[test]
fn a_secret_comes_from_a_variable_or_a_descriptor_too() {
    let provider = Provider::start();
    let mut home = home_of(&provider, "e2e-post");
    let file = secret_file(&home);
    let script = "exec \"$0\" token --scope api.read --client-secret-fd 7 7<\"$1\"";
    let mut by_descriptor = home.command("sh");
    let by_descriptor = by_descriptor.args(["-c", script, env!("CARGO_BIN_EXE_tokcache"), &file]).output();
    assert!(!answer_of(&by_descriptor.expect("sh")).is_empty());

    home.set("TOKCACHE_CLIENT_SECRET", SECRET);
    assert_eq!(token(&home, &["--force-refresh"])["source"], "client_credentials");
}

#[test]
fn an_application_signs_with_its_key() {
    let provider = Provider::start();
    let home = home_of(&provider, "e2e-key");
    let (key, certificate) = (copied(&home, "rsa.pem"), copied(&home, "rsa_certificate.pem"));
    let both = home.write("both.pem", &[testdata("rsa_certificate.pem"), testdata("rsa.pem")].map(read).concat());
    let flags: [&[&str]; 3] = [
        &["--client-key", &key],
        &["--client-certificate", &certificate, "--client-key", &key],
        &["--client-certificate", &both],
    ];
    for flags in flags {
        let token = token(&home, &[flags, &["--force-refresh"]].concat());
        assert_eq!(token["source"], "client_credentials", "{flags:?}");
    }
    let without_key = home.error(3, &["token", "--scope", "other", "--client-certificate", &certificate]);
    assert!(without_key["command"].as_str().is_some_and(|it| it.ends_with("--client-key PATH")), "{without_key}");
}

/// Exports a key with its certificate as OpenSSL does by default, with the password "made-up".
pub(crate) fn pkcs12(home: &Home, name: &str, options: &[&str]) -> String {
    let file = home.write(name, "");
    let export = ["pkcs12", "-export", "-passout", "pass:made-up", "-out", &file];
    answer_of(&Command::new("openssl").args(export).args(options).output().expect("openssl"));
    file
}

/// Returns the arguments that request a token with this certificate.
fn with<'a>(certificate: &'a str, further: &[&'a str]) -> Vec<&'a str> {
    [&["token", "--scope", SCOPE, "--client-certificate", certificate][..], further].concat()
}

#[test]
fn an_application_signs_with_its_key_in_pkcs12() {
    let provider = Provider::start();
    let mut home = home_of(&provider, "e2e-key");
    let (key, certificate) = (copied(&home, "rsa.pem"), copied(&home, "rsa_certificate.pem"));
    let pfx = pkcs12(&home, "app.pfx", &["-inkey", &key, "-in", &certificate]);
    let (password, wrong) = (home.write("password", "made-up\n"), home.write("wrong", "canary\n"));

    let refused = home.error(3, &with(&pfx, &["--client-certificate-password-file", &wrong]));
    assert!(refused["message"].as_str().is_some_and(|it| it.contains("the password is wrong")), "{refused}");
    assert!(!refused.to_string().contains("canary"), "{refused}");
    assert_eq!(home.error(3, &with(&pfx, &[]))["retryable"], false);
    assert_eq!(provider.token_requests(CLIENT_CREDENTIALS), 0);

    home.answer(&with(&pfx, &["--client-certificate-password-file", &password]));
    let script = "exec \"$0\" token --scope api.read --force-refresh --client-certificate \"$1\" \
                  --client-certificate-password-fd 7 7<\"$2\"";
    let mut by_descriptor = home.command("sh");
    let by_descriptor = by_descriptor.args(["-c", script, env!("CARGO_BIN_EXE_tokcache"), &pfx, &password]).output();
    assert!(!answer_of(&by_descriptor.expect("sh")).is_empty());
    home.set("TOKCACHE_CLIENT_CERTIFICATE_PASSWORD", "made-up");
    home.answer(&with(&pfx, &["--force-refresh"]));
    assert_eq!(provider.token_requests(CLIENT_CREDENTIALS), 3);

    let login = ["login", "--scope", SCOPE, "--client-certificate", &pfx];
    let warned = home.tokcache(&login);
    let said = String::from_utf8_lossy(&warned.stderr);
    assert!(
        said.contains("does not name the password") && said.contains("TOKCACHE_CLIENT_CERTIFICATE_PASSWORD"),
        "{said}"
    );
    home.set("TOKCACHE_CLIENT_CERTIFICATE_PASSWORD", "");
    home.answer(&[&login[..], &["--client-certificate-password-file", &password]].concat());
    assert!(home.profile().contains("client_certificate_password_file") && !home.profile().contains("made-up"));
    home.answer(&["token", "--scope", SCOPE, "--force-refresh"]);
    // The password of the profile's certificate is not tried on another.
    let other = pkcs12(&home, "other.pfx", &["-inkey", &key, "-in", &certificate]);
    let locked = home.error(3, &["token", "--scope", SCOPE, "--force-refresh", "--client-certificate", &other]);
    assert!(locked["message"].as_str().is_some_and(|it| it.contains("none was given")), "{locked}");
}

#[test]
fn a_file_that_is_not_supported_comes_with_the_command_that_converts_it() {
    let provider = Provider::start();
    let home = home_of(&provider, "e2e-key");
    let (key, certificate) = (copied(&home, "rsa.pem"), copied(&home, "rsa_certificate.pem"));
    let export = ["-inkey", &key, "-in", &certificate];
    let password = home.write("password", "made-up\n");
    let password = ["--client-certificate-password-file", &password];

    let rc2 = pkcs12(&home, "rc2.pfx", &[&export[..], &["-legacy"]].concat());
    let command = advice(&home, &with(&rc2, &password));
    assert!(command.starts_with("openssl pkcs12 -legacy -nodes "), "{command}");
    run(&home, &format!("{command} -passin pass:made-up"));
    home.answer(&with(&rc2.replace(".pfx", ".pem"), &password));

    let pfx = pkcs12(&home, "app.pfx", &export);
    let encoded = answer_of(&Command::new("base64").args(["-w", "0", &pfx]).output().expect("base64"));
    let encoded = home.write("vault", &encoded);
    let command = advice(&home, &with(&encoded, &[&password[..], &["--force-refresh"]].concat()));
    assert!(command.starts_with("base64 -d "), "{command}");
    run(&home, &command);
    home.answer(&with(&format!("{encoded}.pfx"), &[&password[..], &["--force-refresh"]].concat()));
    assert_eq!(provider.token_requests(CLIENT_CREDENTIALS), 2);
}

#[test]
fn a_secret_or_a_key_that_others_can_read_comes_with_a_warning() {
    let provider = Provider::start();
    let home = home_of(&provider, "e2e-post");
    let said = |arguments: &[&str]| {
        let output = home.tokcache(&[&["token", "--scope", SCOPE, "--force-refresh"], arguments].concat());
        answer_of(&output);
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let set_mode = |file: &str, mode| {
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(mode)).expect("a mode");
    };
    let secret = secret_file(&home);
    for (mode, warns) in [(0o600, false), (0o644, true), (0o440, true), (0o400, false)] {
        set_mode(&secret, mode);
        let warning =
            format!("warning: other users can read {secret}, as its mode is {mode:04o}: chmod 600 {secret}\n");
        assert_eq!(said(&["--client-secret-file", &secret]).contains(&warning), warns, "{mode:o}");
    }
    let (key, certificate) = (copied(&home, "rsa.pem"), copied(&home, "rsa_certificate.pem"));
    for (file, mode) in [(&key, 0o644), (&certificate, 0o644)] {
        set_mode(file, mode);
    }
    let said = said(&["--client-id", "e2e-key", "--client-certificate", &certificate, "--client-key", &key]);
    assert_eq!(said.matches("warning: other users can read").count(), 1, "{said}");
    assert!(said.contains(&format!("chmod 600 {key}")), "a certificate is public: {said}");
}

/// Returns the command that a failure names.
fn advice(home: &Home, arguments: &[&str]) -> String {
    home.error(3, arguments)["command"].as_str().expect("a command").to_owned()
}

/// Runs a command that a user has pasted.
fn run(home: &Home, command: &str) {
    let output = home.command("sh").args(["-c", command]).output().expect("sh");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn read(path: impl AsRef<Path>) -> String {
    std::fs::read_to_string(path).expect("test data")
}

#[test]
fn a_federated_token_is_read_anew_for_each_request() {
    let provider = Provider::start();
    let home = home_of(&provider, "e2e-key");
    let file = home.write("projected-token", "an-old-one-that-the-provider-refuses");
    let by_file = ["--federated-token-file", &file, "--force-refresh"];
    let refused = home.error(6, &[&["token", "--scope", SCOPE], &by_file[..]].concat());
    assert!(!refused.to_string().contains("an-old-one"), "{refused}");

    home.write("projected-token", &assertion(provider.authority()));
    assert_eq!(token(&home, &by_file)["source"], "client_credentials");

    let command = assertion_command(provider.authority());
    let by_command = ["--federated-token-command", &command, "--force-refresh"];
    assert_eq!(token(&home, &by_command)["source"], "client_credentials");

    let failing = home.error(3, &["token", "--scope", SCOPE, "--force-refresh", "--federated-token-command", "exit 3"]);
    assert!(failing["message"].as_str().is_some_and(|it| it.contains("exit status: 3")), "{failing}");
}

#[test]
fn a_job_of_github_actions_gets_its_token_from_the_service_for_each_request() {
    let provider = Provider::start();
    let mut home = home_of(&provider, "e2e-key");
    let service = TcpListener::bind("127.0.0.1:0").expect("a port");
    home.set(
        "ACTIONS_ID_TOKEN_REQUEST_URL",
        format!("http://{}/token?api-version=2.0", service.local_addr().expect("it")),
    );
    home.set("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "of-the-job");
    let assertions = [assertion(provider.authority()), assertion(provider.authority())];
    let answering = thread::spawn(move || assertions.map(|assertion| answer_one(&service, &assertion)));

    for _ in 0..2 {
        let token = token(&home, &["--federated-token-source", "github-actions", "--force-refresh"]);
        assert_eq!(token["source"], "client_credentials");
    }

    for (line, authorization) in answering.join().expect("the service") {
        let audience = provider.authority().replace(':', "%3A").replace('/', "%2F");
        assert_eq!(line, format!("GET /token?api-version=2.0&audience={audience} HTTP/1.1"));
        assert_eq!(authorization, "bearer of-the-job");
    }
}

/// Answers one request with a token, and returns the request line and the `Authorization` header.
fn answer_one(service: &TcpListener, assertion: &str) -> (String, String) {
    let (mut connection, _) = service.accept().expect("a request");
    let lines: Vec<_> = BufReader::new(connection.try_clone().expect("it"))
        .lines()
        .map(|line| line.expect("a line"))
        .take_while(|line| !line.is_empty())
        .collect();
    let body = json!({ "count": 1, "value": assertion }).to_string();
    write!(connection, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
        .expect("an answer");
    let header = lines.iter().find_map(|line| line.to_lowercase().strip_prefix("authorization: ").map(str::to_owned));
    (lines[0].clone(), header.unwrap_or_default())
}

#[test]
fn many_processes_of_an_application_make_one_request() {
    let provider = Provider::start();
    let home = home_of(&provider, "e2e-post");
    let file = secret_file(&home);
    let arguments = ["token", "--scope", SCOPE, "--client-secret-file", &file];
    let herd: Vec<_> = (0..HERD).map(|_| home.start(&arguments)).collect();

    let tokens: Vec<_> = herd.into_iter().map(|process| answer_of(&end_of(process))).collect();

    assert!(tokens.iter().all(|token| *token == tokens[0]));
    assert_eq!(provider.token_requests(CLIENT_CREDENTIALS), 1);
}

#[test]
fn login_saves_an_application_as_a_profile_and_clear_deletes_its_tokens() {
    let provider = Provider::start();
    let mut home = home_of(&provider, "e2e-post");
    let file = secret_file(&home);
    let login = home.tokcache(&["login", "--scope", SCOPE, "--client-secret-file", &file]);
    answer_of(&login);
    let said = String::from_utf8_lossy(&login.stderr);
    assert!(said.contains("The application e2e-post has an access token"), "{said}");
    for name in ["TOKCACHE_FLOW", "TOKCACHE_CLIENT_ID", "TOKCACHE_AUTHORITY"] {
        home.set(name, "");
    }
    let profile = home.profile();
    assert!(profile.contains("flow = \"client-credentials\"") && profile.contains("token_endpoint"), "{profile}");

    let cached: Value = serde_json::from_str(&home.answer(&["token", "-o", "json"])).expect("JSON");
    assert_eq!((&cached["source"], &cached["client_id"]), (&json!("cache"), &json!("e2e-post")));
    let explained: Value = serde_json::from_str(&home.answer(&["explain", "-o", "json"])).expect("JSON");
    assert_eq!(explained["decision"], "serve");
    home.answer(&["clear"]);
    let explained: Value = serde_json::from_str(&home.answer(&["explain", "-o", "json"])).expect("JSON");
    assert_eq!(explained["decision"], "request");
    assert_eq!(provider.token_requests(CLIENT_CREDENTIALS), 1);
    // The endpoints are known, so this is the only request.
    let before = provider.requests();
    assert_eq!(serde_json::from_str::<Value>(&home.answer(&["token", "-o", "json"])).expect("JSON")["scope"], SCOPE);
    assert_eq!(provider.requests(), before + 1);
}

#[test]
fn an_application_does_not_take_over_the_profile_of_a_person() {
    let provider = Provider::start();
    let mut home = Home::at(&provider);
    home.sign_in(&provider);
    home.set("TOKCACHE_CLIENT_ID", "e2e-post");
    let file = secret_file(&home);
    let login = ["login", "--flow", "client-credentials", "--scope", SCOPE, "--client-secret-file", &file];
    let error = home.error(2, &login);
    assert!(error["message"].as_str().is_some_and(|it| it.contains("alice@example.com's")), "{error}");
    assert!(error["command"].as_str().is_some_and(|it| it.ends_with("--profile NAME")), "{error}");
    home.answer(&[&login[..], &["--profile", "daemon"]].concat());
    assert!(home.profile().contains("alice@example.com"), "{}", home.profile());
}

#[test]
fn a_credential_of_the_environment_is_used_and_not_saved() {
    let provider = Provider::start();
    let mut home = home_of(&provider, "e2e-post");
    let file = secret_file(&home);
    home.set("TOKCACHE_CLIENT_SECRET_FILE", file);
    home.answer(&["login", "--scope", SCOPE]);
    assert!(!home.profile().contains("client_secret"), "{}", home.profile());
}

#[test]
fn auto_stands_for_no_single_sign_in() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    for command in ["login", "clear"] {
        let error = home.error(2, &[command, "--flow", "auto"]);
        assert!(error["command"].as_str().is_some_and(|it| it.contains("--flow device")), "{error}");
    }
}

#[test]
fn a_credential_that_cannot_be_used_is_named_and_never_printed() {
    let provider = Provider::start();
    let home = home_of(&provider, "e2e-post");
    let (right, wrong) = (secret_file(&home), home.write("wrong", "canary-secret"));
    let token = ["token", "--scope", SCOPE];
    for (status, flags, words) in [
        (3, vec![], "an application needs a credential"),
        (6, vec!["--client-secret-file", &wrong], "invalid_client"),
        (2, vec!["--client-secret-file", &right, "--federated-token-command", "x"], "are two"),
        (2, vec!["--client-secret-file", &right, "--account", "alice"], "no account"),
        (3, vec!["--client-secret-variable", "canary"], "a variable cannot be used"),
        (3, vec!["--client-key", &wrong], "there is no private key"),
        (3, vec!["--client-secret-fd", "98"], "file descriptor 98 cannot be used"),
    ] {
        let error = home.error(status, &[&token[..], &flags].concat());
        assert!(error.to_string().contains(words), "{error}");
        assert!(!error.to_string().contains("canary"), "{error}");
    }
    assert_eq!(provider.token_requests(CLIENT_CREDENTIALS), 1, "only the wrong secret is sent");
}

#[test]
fn a_refusal_by_entra_is_told_in_words_with_the_command_for_an_application() {
    let provider = Provider::start_with(json!({ "host": "login.microsoftonline.com", "entra": true }));
    let home = home_of(&provider, "e2e-post");
    let file = secret_file(&home);
    for (error, description, cause, command) in [
        ("invalid_client", "AADSTS7000215: x", "the client secret is wrong", "--client-secret-file PATH"),
        ("invalid_grant", "AADSTS53003: x", "a Conditional Access policy does not allow this sign-in", ""),
        ("invalid_client", "AADSTS700213: x", "has the subject of the token", ""),
    ] {
        let body = json!({ "error": error, "error_description": description });
        provider.order_fault(json!({ "answer": { "status": 400, "body": body } }));
        let failure = home.error(6, &["token", "--scope", SCOPE, "--client-secret-file", &file]);
        let message = failure["message"].as_str().unwrap_or_default();
        assert!(message.contains(cause) && !message.contains("refresh"), "{failure}");
        let advised = failure["command"].as_str().unwrap_or_default();
        assert!(advised.contains(command) && advised.is_empty() == command.is_empty(), "{failure}");
    }
}

#[test]
fn an_application_waits_out_an_outage_with_the_token_that_it_has() {
    let provider = Provider::start();
    let home = home_of(&provider, "e2e-post");
    let file = secret_file(&home);
    let further = ["--client-secret-file", &file];
    token(&home, &further);
    provider.order_fault(json!({ "times": null, "answer": { "status": 500 } }));
    assert_eq!(token(&home, &further)["source"], "cache");
    home.cache.expire_access_tokens();
    let arguments = [&["token", "--scope", SCOPE, "--timeout", "2s"], &further[..]].concat();
    assert_eq!(home.error(5, &arguments)["retryable"], true);
    provider.heal();
    assert_eq!(token(&home, &further)["source"], "client_credentials");
}

#[test]
fn a_secret_is_not_in_the_arguments_of_a_process() {
    let provider = Provider::start();
    let home = home_of(&provider, "e2e-post");
    let mut token = home.command(env!("CARGO_BIN_EXE_tokcache"));
    token.args(["token", "--scope", SCOPE]).env("TOKCACHE_CLIENT_SECRET", SECRET);
    provider.order_fault(json!({ "delay_ms": 500 }));
    let process = token.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("tokcache");
    let arguments = read(format!("/proc/{}/cmdline", process.id()));
    assert!(!arguments.contains(SECRET));
    assert!(!answer_of(&end_of(process)).is_empty());
}
