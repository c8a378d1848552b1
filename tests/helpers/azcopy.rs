//! The real AzCopy, which gets its tokens from a managed identity.

use std::path::Path;

use tokcache_testing::servers::Certificates;

use crate::server::{Answer, Request, Server};
use crate::support::answer_of;
use crate::support::home::Home;
use crate::{TOKEN, home};

/// Answers as a storage account with one blob, for those who have the token.
fn storage(request: &Request) -> Answer {
    if request.authorization() != Some(&format!("Bearer {TOKEN}")) {
        let challenge = "Bearer authorization_uri=https://login.microsoftonline.com/t/oauth2/authorize \
                         resource_id=https://storage.azure.com";
        let mut answer = Answer::challenge(challenge);
        answer.headers.push(("x-ms-error-code".to_owned(), "NoAuthenticationInformation".to_owned()));
        return answer;
    }
    let mut blob = Answer::ok("text/plain", "hello");
    for (name, value) in
        [("x-ms-blob-type", "BlockBlob"), ("Last-Modified", "Mon, 30 Nov 2026 00:00:00 GMT"), ("ETag", "\"1\"")]
    {
        blob.headers.push((name.to_owned(), value.to_owned()));
    }
    blob
}

/// Downloads the blob as `exec --as managed-identity` with this scope.
fn download(home: &Home, server: &Server, certificates: &Certificates, scope: &str) -> std::process::Output {
    let azcopy = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("target/e2e/helpers-node/node_modules/@azure-tools/azcopy-linux/dist/bin/azcopy_linux_amd64");
    assert!(azcopy.exists(), "{} is missing: run tests/run helpers", azcopy.display());
    let host = format!("localhost:{}", server.port);
    let mut command = home.program(&format!("exec --as managed-identity --scope {scope} --"));
    command.arg(azcopy).args(["copy", &format!("https://{host}/account/box/blob.txt")]).arg(home.path("blob.txt"));
    command.args(["--from-to", "BlobLocal", "--trusted-microsoft-suffixes", &host, "--skip-version-check"]);
    command.env("SSL_CERT_FILE", certificates.file("ca.pem"));
    command.env("AZCOPY_LOG_LOCATION", home.path("log")).env("AZCOPY_JOB_PLAN_LOCATION", home.path("plan"));
    command.output().unwrap()
}

#[test]
fn azcopy_downloads_with_the_token_of_the_cache_and_no_other() {
    let (home, certificates) = (home(), Certificates::generate());
    let scope = "https://storage.azure.com/user_impersonation";
    home.edit("state/token_cache.json", "api:read openid", &format!("{scope} openid"));
    let server = Server::start_tls(&certificates, storage);
    let shown = answer_of(&download(&home, &server, &certificates, scope));
    assert!(shown.contains("Final Job Status: Completed"), "{shown}");
    assert_eq!(std::fs::read_to_string(home.path("blob.txt")).unwrap(), "hello");
    assert_eq!(server.credentials(), [format!("Bearer {TOKEN}")]);
    let found = home.command("grep").args(["-r", TOKEN, "log", "plan"]).current_dir(home.folder()).output().unwrap();
    assert_eq!(found.status.code(), Some(1), "AzCopy has kept the token: {found:?}");
}
