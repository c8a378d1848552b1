//! The real go command, with a module proxy that demands a token.

use std::process::Output;

use tokcache_testing::servers::Certificates;

use crate::server::{Answer, Request, Server};
use crate::support::home::Home;
use crate::support::{answer_of, put, text};
use crate::{TOKEN, home, python, tool};

/// Returns the archive of a module.
fn archive(home: &Home) -> Vec<u8> {
    let program = "import zipfile\nwith zipfile.ZipFile('module.zip', 'w') as module:\n    \
                   module.writestr('example.com/private@v1.0.0/go.mod', 'module example.com/private\\n')";
    answer_of(&python(home).args(["-c", program]).output().unwrap());
    std::fs::read(home.path("module.zip")).unwrap()
}

fn serve(home: &Home, certificates: &Certificates) -> Server {
    let archive = archive(home);
    Server::start_tls(certificates, move |request: &Request| {
        if request.authorization() != Some(&format!("Bearer {TOKEN}")) {
            return Answer::challenge("Bearer");
        }
        match request.path() {
            "/example.com/private/@v/v1.0.0.info" => Answer::ok("application/json", "{\"Version\":\"v1.0.0\"}"),
            "/example.com/private/@v/v1.0.0.mod" => Answer::ok("text/plain", "module example.com/private\n"),
            "/example.com/private/@v/v1.0.0.zip" => Answer::ok("application/zip", archive.clone()),
            _ => Answer::missing(),
        }
    })
}

fn download(home: &Home, server: &Server, certificates: &Certificates) -> Output {
    put(&home.path("go.mod"), "module example.com/own\n");
    let mut go = home.command(tool("go"));
    go.env("GOPROXY", format!("https://127.0.0.1:{}", server.port)).env("SSL_CERT_FILE", certificates.file("ca.pem"));
    // Modules are read-only otherwise, and the home could not be removed.
    go.env("GOFLAGS", "-modcacherw").env("GONOSUMDB", "*").env("GOTOOLCHAIN", "local");
    go.args(["mod", "download", "example.com/private@v1.0.0"]).output().unwrap()
}

#[test]
fn go_downloads_a_module_with_the_token() {
    let (home, certificates) = (home(), Certificates::generate());
    let server = serve(&home, &certificates);
    home.answer(&format!("configure go --host {} --write", server.host()));
    answer_of(&download(&home, &server, &certificates));
    assert_eq!(server.credentials(), ["Bearer AT-bob"]);
}

#[test]
fn another_proxy_gets_no_token() {
    let (home, certificates) = (home(), Certificates::generate());
    let server = serve(&home, &certificates);
    home.answer("configure go --host go.example.com --write");
    assert!(!download(&home, &server, &certificates).status.success());
    assert_eq!(server.credentials(), [""; 0]);
}

#[test]
fn go_gets_the_header_for_each_host_or_for_the_one_that_refused() {
    let home = home();
    home.answer("profile set default --helper-host a.example.com --helper-host b.example.com:8443");
    let of = |host: &str| format!("https://{host}\n\nAuthorization: Bearer AT-bob");
    let all = format!("{}\n\n{}", of("a.example.com"), of("b.example.com:8443"));
    assert_eq!(home.answer("credential goauth"), all);
    assert_eq!(home.answer("credential goauth https://b.example.com:8443/x"), of("b.example.com:8443"));
    assert_eq!(home.answer("credential goauth https://evil.example/a.example.com"), "");
    let other =
        "authority = 'http://127.0.0.1:1/t'\nclient_id = 'app'\nscopes = ['a']\nhelper_hosts = ['c.example.com']\n";
    home.write("config/profiles/other.toml", other);
    let output = home.tokcache("credential goauth");
    assert_eq!(answer_of(&output), all, "a host without a token does not stop the others");
    assert!(text(&output.stderr).starts_with("warning: "), "{}", text(&output.stderr));
    let said = home.failure(4, "credential goauth https://c.example.com/x");
    assert!(said.contains("try: tokcache login --profile other"), "{said}");
}
