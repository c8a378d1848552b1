//! Tests good and bad certificates in real handshakes with the program.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::Arc;

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::Value;

use crate::certificate::{Certificates, Validity};
use crate::support::home::Home;
use crate::support::text;

const PAST: Validity = ["20200101000000Z", "20210101000000Z"];
const FUTURE: Validity = ["21190101000000Z", "21200101000000Z"];

/// Returns the settings of a TLS server with this certificate.
pub(crate) fn config(certificates: Certificates) -> Arc<ServerConfig> {
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    Arc::new(config.with_single_cert(certificates.chain, certificates.key).unwrap())
}

/// Starts a provider at `localhost` with this certificate and without metadata.
fn serve(certificates: Certificates) -> String {
    let config = config(certificates);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let authority = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A client that does not trust the server closes the connection.
            let _ = answer(stream, config.clone());
        }
    });
    authority
}

/// Answers the only request of a connection.
pub(crate) fn answer(stream: impl Read + Write, config: Arc<ServerConfig>) -> std::io::Result<()> {
    let mut tls =
        BufReader::new(StreamOwned::new(ServerConnection::new(config).map_err(std::io::Error::other)?, stream));
    let mut line = String::new();
    while line != "\r\n" {
        line.clear();
        tls.read_line(&mut line)?;
    }
    let stream = tls.get_mut();
    stream.write_all(b"HTTP/1.1 404 Nothing\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")?;
    stream.conn.send_close_notify();
    stream.flush()
}

/// Returns the error of `tokcache login`, which always fails because there are no metadata.
pub(crate) fn sign_in(home: &Home, authority: &str) -> Value {
    let mut command = home.program("login --client-id app --scope api:read --error-format json --authority");
    let output = command.arg(authority).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
    assert!(output.stdout.is_empty());
    serde_json::from_slice(&output.stderr).unwrap_or_else(|_| panic!("{}", text(&output.stderr)))
}

/// Whether the server was trusted, so that its answer was read.
pub(crate) fn is_trusted(failure: &Value) -> bool {
    failure["message"].as_str().unwrap().contains("has no provider metadata")
}

/// Returns a home in which `--ca-file` names this certificate.
pub(crate) fn trusting(pem: &str) -> Home {
    let mut home = Home::empty();
    let ca_file = home.write("ca.pem", pem);
    home.set("TOKCACHE_CA_FILE", ca_file);
    home
}

#[track_caller]
fn is_refused(certificates: Certificates, trusted: &str, words: &[&str]) {
    let home = trusting(trusted);
    let failure = sign_in(&home, &serve(certificates));
    assert!(!is_trusted(&failure), "{failure}");
    assert_eq!(failure["retryable"], false, "{failure}");
    let message = failure["message"].as_str().unwrap();
    for words in words {
        assert!(message.contains(words), "{words} is not in {message}");
    }
    assert!(!message.contains("Error"), "a person has to read it: {message}");
}

fn refused(certificates: Certificates, words: &[&str]) {
    let trusted = certificates.authority.clone();
    is_refused(certificates, &trusted, words);
}

#[test]
fn a_certificate_of_the_ca_is_accepted_and_so_is_a_self_signed_one_that_is_no_ca_s() {
    for certificates in [Certificates::issue(["localhost"]), Certificates::self_signed("localhost", false)] {
        let home = trusting(&certificates.authority);
        let failure = sign_in(&home, &serve(certificates));
        assert!(is_trusted(&failure), "{failure}");
    }
}

#[test]
fn a_server_with_the_certificate_of_a_ca_is_refused_with_what_to_do() {
    refused(Certificates::self_signed("localhost", true), &["CA:TRUE", "CA:FALSE", "--ca-file"]);
}

#[test]
fn a_certificate_that_has_expired_or_is_not_valid_yet_is_told_with_its_date_and_the_clock() {
    refused(Certificates::issue_for(["localhost"], PAST), &["expired on 2021-01-01T00:00:00Z", "clock"]);
    refused(Certificates::issue_for(["localhost"], FUTURE), &["not valid before 2119-01-01T00:00:00Z", "clock"]);
}

#[test]
fn a_certificate_for_another_host_is_told_with_both_names() {
    refused(Certificates::issue(["other.example"]), &["another host", "localhost", "other.example"]);
}

#[test]
fn a_certificate_of_an_unknown_issuer_is_met_with_the_option_that_helps() {
    let another = Certificates::issue(["localhost"]).authority;
    // Both authorities have the same name, so only the signature distinguishes them.
    let home = trusting(&another);
    let failure = sign_in(&home, &serve(Certificates::issue(["localhost"])));
    let command = failure["command"].as_str().unwrap_or_default();
    assert!(command.contains("--ca-file PATH") && !command.contains("ca.pem"), "{failure}");
    let message = failure["message"].as_str().unwrap_or_default();
    assert!(message.contains("\"tokcache provider tests\""), "{failure}");
    is_refused(Certificates::issue(["localhost"]), &another, &["--ca-file"]);
    is_refused(Certificates::self_signed("localhost", false), &another, &["issuer", "unknown", "--ca-file"]);
}

#[test]
fn a_variable_for_certificates_that_is_empty_is_not_set() {
    let certificates = Certificates::issue(["localhost"]);
    let pem = certificates.authority.clone();
    let authority = serve(certificates);
    for (file, folder, ca_file) in
        [("", "", "ca.pem"), ("", "certs", ""), ("ca.pem", "", ""), ("ca.pem", "certs", ""), ("", "certs", "ca.pem")]
    {
        let mut home = Home::empty();
        home.write("ca.pem", &pem);
        std::fs::create_dir(home.path("certs")).unwrap();
        // The file name that OpenSSL's lookup expects.
        home.write("certs/0123abcd.0", &pem);
        for (name, value) in [("SSL_CERT_FILE", file), ("SSL_CERT_DIR", folder), ("TOKCACHE_CA_FILE", ca_file)] {
            let path = if value.is_empty() { "".into() } else { home.path(value) };
            home.set(name, path);
        }
        let failure = sign_in(&home, &authority);
        assert!(is_trusted(&failure), "SSL_CERT_FILE={file} SSL_CERT_DIR={folder} --ca-file {ca_file}: {failure}");
    }
    // With both empty, nothing trusts this CA.
    let mut home = Home::empty();
    home.set("SSL_CERT_FILE", "");
    home.set("SSL_CERT_DIR", "");
    let failure = sign_in(&home, &authority);
    assert!(failure["message"].as_str().unwrap().contains("--ca-file"), "{failure}");
}

/// Only root can create files of other users.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs root or sudo; tests/run runs it"]
fn a_ca_file_that_somebody_else_has_made_in_a_folder_of_all_is_not_believed() {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt as _, lchown, symlink};
    const STRANGER: u32 = 65_534;
    if !crate::support::root::is_root_or_runs_again() {
        return;
    }
    let certificates = Certificates::issue(["localhost"]);
    let pem = certificates.authority.clone();
    let authority = serve(certificates);
    let all = tempfile::tempdir().unwrap();
    fs::set_permissions(all.path(), Permissions::from_mode(0o1777)).unwrap();
    let (theirs, own, link) = (all.path().join("theirs.pem"), all.path().join("own.pem"), all.path().join("link.pem"));
    crate::support::put(&theirs, &pem);
    crate::support::put(&own, &pem);
    symlink(&own, &link).unwrap();
    let is_believed = |path: &std::path::Path| {
        let mut home = Home::empty();
        home.set("TOKCACHE_CA_FILE", path);
        is_trusted(&sign_in(&home, &authority))
    };
    assert!(is_believed(&own) && is_believed(&link) && is_believed(&theirs));
    for path in [&theirs, &link] {
        lchown(path, Some(STRANGER), Some(STRANGER)).unwrap();
        assert!(!is_believed(path), "{}", path.display());
    }
    // The file is writable by everybody.
    fs::set_permissions(&own, Permissions::from_mode(0o666)).unwrap();
    assert!(!is_believed(&own));
}

#[test]
fn a_ca_file_may_be_a_pipe() {
    let certificates = Certificates::issue(["localhost"]);
    let home = trusting(&certificates.authority);
    let authority = serve(certificates);
    let mut command = home.command("bash");
    let line = "\"$0\" login --authority \"$1\" --client-id app --scope a --ca-file <(cat ca.pem)";
    command.args(["-c", line, env!("CARGO_BIN_EXE_tokcache"), &authority]);
    let said = text(&command.output().unwrap().stderr);
    assert!(said.contains("has no provider metadata"), "{said}");
}
