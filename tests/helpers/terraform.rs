//! Terraform: its protocol word for word, and Terraform itself with a private registry of modules, where it is
//! installed. Neither Debian nor PyPI or npm has Terraform or OpenTofu.

use std::process::Output;

use serde_json::json;
use tokcache_testing::servers::Certificates;

use crate::server::{Answer, Request, Server};
use crate::support::home::Home;
use crate::support::{answer_of, put, text};
use crate::{TOKEN, fed, home, link, python};

#[test]
fn terraform_gets_a_token_for_a_configured_host_only() {
    let home = home();
    link(&home, "terraform-credentials-tokcache");
    home.answer("profile set default --helper-host app.example.com");
    let run = |line: &str, input: &str| fed(home.program_named("terraform-credentials-tokcache", line), input);
    assert_eq!(answer_of(&run("get app.example.com", "")), r#"{"token":"AT-bob"}"#);
    assert_eq!(answer_of(&run("--profile default --host b.example get b.example", "")), r#"{"token":"AT-bob"}"#);
    assert_eq!(answer_of(&run("get evil.example", "")), "{}");
    for (line, input, advice) in [
        ("store app.example.com", r#"{"token":"secret"}"#, "try: tokcache login --profile default"),
        ("forget app.example.com", "", "try: tokcache clear --profile default"),
        ("nonsense app.example.com", "", "try: tokcache help credential"),
    ] {
        let output = run(line, input);
        assert!(!output.status.success() && output.stdout.is_empty());
        assert!(text(&output.stderr).contains(advice), "{}", text(&output.stderr));
    }
}

/// A registry of one module, for those who have the token (Terraform's module registry protocol).
fn registry(home: &Home, certificates: &Certificates) -> Server {
    let program = "import zipfile\nwith zipfile.ZipFile('module.zip', 'w') as module:\n    \
                   module.writestr('main.tf', 'output \"answer\" { value = 42 }\\n')";
    answer_of(&python(home).args(["-c", program]).output().unwrap());
    let archive = std::fs::read(home.path("module.zip")).unwrap();
    Server::start_tls(certificates, move |request: &Request| match request.path() {
        "/.well-known/terraform.json" => Answer::json(&json!({ "modules.v1": "/modules/" })),
        "/module.zip" => Answer::ok("application/zip", archive.clone()),
        _ if request.authorization() != Some(&format!("Bearer {TOKEN}")) => Answer::challenge("Bearer"),
        "/modules/team/answer/none/versions" => {
            Answer::json(&json!({ "modules": [{ "versions": [{ "version": "1.0.0" }] }] }))
        }
        "/modules/team/answer/none/1.0.0/download" => Answer {
            status: 204,
            headers: vec![("X-Terraform-Get".to_owned(), "/module.zip".to_owned())],
            body: Vec::new(),
        },
        _ => Answer::missing(),
    })
}

fn terraform(home: &Home, certificates: &Certificates, words: &[&str]) -> Output {
    let mut terraform = home.command("terraform");
    terraform.env("SSL_CERT_FILE", certificates.file("ca.pem")).env("CHECKPOINT_DISABLE", "1");
    terraform.args(words).arg("-no-color").output().unwrap()
}

#[test]
fn terraform_itself_reads_a_private_module_with_the_token() {
    let (home, certificates) = (home(), Certificates::generate());
    if home.command("terraform").env("CHECKPOINT_DISABLE", "1").arg("version").output().is_err() {
        return;
    }
    let server = registry(&home, &certificates);
    let (host, other) = (server.host(), "app.example.com");
    let module = format!("module \"answer\" {{\n  source  = \"{host}/team/answer/none\"\n  version = \"1.0.0\"\n}}\n");
    put(&home.path("main.tf"), format!("{module}output \"answer\" {{ value = module.answer.answer }}\n"));

    home.answer(&format!("configure terraform --host {other} --write"));
    let refused = terraform(&home, &certificates, &["init", "-input=false"]);
    assert!(!refused.status.success(), "the helper is for another host");
    assert_eq!(server.credentials(), [""; 0]);

    home.answer(&format!("configure terraform --host {host} --write"));
    answer_of(&terraform(&home, &certificates, &["init", "-input=false"]));
    answer_of(&terraform(&home, &certificates, &["apply", "-auto-approve", "-input=false"]));
    assert_eq!(server.credentials(), ["Bearer AT-bob"]);
    assert_eq!(answer_of(&terraform(&home, &certificates, &["output", "-json"])).matches("42").count(), 1);
}
