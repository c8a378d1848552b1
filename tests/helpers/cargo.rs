//! The real cargo, with a registry that demands a token for everything.

use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;

use crate::server::{Answer, Request, Server};
use crate::support::home::Home;
use crate::support::{answer_of, put, text};
use crate::{TOKEN, fed, home, with_program};

/// Packs a crate. Returns the archive and its checksum.
fn archive(home: &Home) -> (Vec<u8>, String) {
    let folder = home.path("private-1.0.0");
    std::fs::create_dir_all(folder.join("src")).unwrap();
    put(&folder.join("Cargo.toml"), "[package]\nname = \"private\"\nversion = \"1.0.0\"\nedition = \"2021\"\n");
    put(&folder.join("src/lib.rs"), "");
    answer_of(&home.command("tar").args(["czf", "private.crate", "private-1.0.0"]).output().unwrap());
    let sum = answer_of(&home.command("sha256sum").arg("private.crate").output().unwrap());
    (std::fs::read(home.path("private.crate")).unwrap(), sum[..64].to_owned())
}

/// Starts a sparse registry.
fn serve(home: &Home) -> Server {
    let (archive, sum) = archive(home);
    let is_published = AtomicBool::new(false);
    Server::start(move |request: &Request| {
        if request.authorization() != Some(&format!("Bearer {TOKEN}")) {
            return Answer::challenge("Cargo login_url=\"https://id.example.com\"");
        }
        let host = request.header("Host").unwrap_or_default();
        match request.path() {
            "/index/config.json" => {
                let dl = format!("http://{host}/crates/{{crate}}-{{version}}");
                Answer::json(&json!({ "dl": dl, "api": format!("http://{host}"), "auth-required": true }))
            }
            "/index/pr/iv/private" => Answer::json(&json!({
                "name": "private", "vers": "1.0.0", "deps": [], "cksum": sum, "features": {}, "yanked": false
            })),
            "/index/pr/oj/project" if is_published.load(Ordering::SeqCst) => Answer::json(&json!({
                "name": "project", "vers": "0.1.0", "deps": [], "cksum": sum, "features": {}, "yanked": false
            })),
            "/api/v1/crates/new" => {
                is_published.store(true, Ordering::SeqCst);
                Answer::json(&json!({}))
            }
            "/api/v1/crates/private/owners" => Answer::json(&json!({ "ok": true, "msg": "done" })),
            "/crates/private-1.0.0" => Answer::ok("application/octet-stream", archive.clone()),
            "/api/v1/crates/private/1.0.0/yank" => Answer::json(&json!({ "ok": true })),
            _ => Answer::missing(),
        }
    })
}

/// Runs cargo on a project that needs the private crate. The folder of cargo is the home's.
fn cargo(home: &Home, line: &str) -> Output {
    command(home, line).output().unwrap()
}

fn command(home: &Home, line: &str) -> Command {
    std::fs::create_dir_all(home.path("project/src")).unwrap();
    put(
        &home.path("project/Cargo.toml"),
        "[package]\nname = \"project\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[dependencies]\n\
         private = { version = \"1\", registry = \"priv\" }\n",
    );
    put(&home.path("project/src/lib.rs"), "");
    let mut cargo = home.command(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    cargo.args(line.split(' ')).current_dir(home.path("project"));
    cargo
}

fn configure(home: &Home, server: &Server) {
    let index = format!("sparse+http://{}/index/", server.host());
    home.answer(&format!("configure cargo --name priv --index {index} --write"));
}

#[test]
fn cargo_reads_downloads_and_yanks_with_the_token() {
    let home = home();
    let server = serve(&home);
    configure(&home, &server);
    answer_of(&cargo(&home, "fetch"));
    answer_of(&cargo(&home, "yank --registry priv --version 1.0.0 private"));
    assert_eq!(server.credentials(), ["Bearer AT-bob"]);
    assert!(server.seen().iter().any(|request| request.path() == "/crates/private-1.0.0"));
}

/// The token is valid for each operation, so cargo asks once for all requests of a command.
#[test]
fn cargo_asks_once_for_each_command() {
    let home = home();
    let server = serve(&home);
    configure(&home, &server);
    for (line, path) in [
        ("publish --registry priv --no-verify --allow-dirty -v", "/api/v1/crates/new"),
        ("owner --registry priv --add somebody private -v", "/api/v1/crates/private/owners"),
        ("yank --registry priv --version 1.0.0 private -v", "/api/v1/crates/private/1.0.0/yank"),
    ] {
        let output = cargo(&home, line);
        let said = text(&output.stderr);
        assert!(output.status.success(), "{said}");
        let asked = said.lines().filter(|line| line.trim_start().starts_with("Credential tokcache")).count();
        assert_eq!(asked, 1, "{said}");
        assert!(server.seen().iter().any(|request| request.path() == path), "{path}");
        assert!(!said.contains(TOKEN), "{said}");
    }
    assert_eq!(server.credentials(), ["Bearer AT-bob"]);
}

#[test]
fn cargo_asks_its_other_providers_for_another_registry() {
    let home = home();
    let server = serve(&home);
    std::fs::create_dir_all(home.path(".cargo")).unwrap();
    // The last provider is asked first.
    let providers = r#"["cargo:token", "tokcache credential cargo --host cargo.example.com"]"#;
    home.write(
        ".cargo/config.toml",
        format!(
            "[registry]\nglobal-credential-providers = {providers}\n[registries.priv]\n\
             index = 'sparse+http://{}/index/'\n",
            server.host()
        ),
    );
    let mut fetch = command(&home, "fetch -v");
    let output = fetch.env("CARGO_REGISTRIES_PRIV_TOKEN", format!("Bearer {TOKEN}")).output().unwrap();
    let said = text(&output.stderr);
    assert!(output.status.success() && said.contains("Credential tokcache credential cargo"), "{said}");
    assert_eq!(server.credentials(), ["Bearer AT-bob"]);
}

#[test]
fn cargo_login_and_logout_say_what_to_do_instead() {
    let home = home();
    let server = serve(&home);
    configure(&home, &server);
    for (line, input, advice) in [
        ("login --registry priv", "secret\n", "try: tokcache login"),
        ("logout --registry priv", "", "try: tokcache clear"),
    ] {
        let output = fed(command(&home, line), input);
        let said = text(&output.stderr);
        assert!(!output.status.success() && said.contains(advice) && !said.contains("secret"), "{said}");
    }
    assert_eq!(home.answer("token --offline"), TOKEN);
    assert!(!home.path(".cargo/credentials.toml").exists());
}

#[test]
fn another_registry_gets_no_token() {
    let home = home();
    let server = serve(&home);
    configure(&home, &server);
    let host = format!("\"{}\"", server.host());
    home.edit(".cargo/config.toml", &host, "\"cargo.example.com\"");
    let output = cargo(&home, "fetch");
    let said = text(&output.stderr);
    assert!(!output.status.success() && said.contains("no credential providers could handle the request"), "{said}");
    assert_eq!(server.credentials(), [""; 0]);
}

#[test]
fn without_a_token_cargo_shows_how_to_sign_in() {
    let home = with_program(Home::of("empty"));
    home.write("config/profiles/work.toml", "authority = 'http://127.0.0.1:1/t'\nclient_id = 'app'\nscopes = ['a']\n");
    let server = serve(&home);
    let index = format!("sparse+http://{}/index/", server.host());
    home.answer(&format!("configure cargo --profile work --name priv --index {index} --write"));
    let output = cargo(&home, "fetch");
    let said = text(&output.stderr);
    assert!(!output.status.success() && said.contains("try: tokcache login --profile work"), "{said}");
    assert_eq!(server.credentials(), [""; 0]);
}

/// `Command` finds the cargo of the machine, which the tests themselves run under.
#[test]
fn cargo_knows_credential_providers() {
    let version = answer_of(&Command::new("cargo").arg("--version").output().unwrap());
    let minor: u32 = version.split('.').nth(1).unwrap().parse().unwrap();
    assert!(minor >= 74, "{version}");
}
