//! The real docker and skopeo, with a registry that demands a password.

use std::process::Output;

use serde_json::json;
use tokcache_testing::servers::Certificates;

use crate::server::{Answer, Request, Server};
use crate::support::home::Home;
use crate::support::{answer_of, text};
use crate::{TOKEN, basic, home, link, with_program};

const MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";

/// The configuration of the image, which docker reads.
const CONFIG: &str = r#"{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}"#;
const CONFIG_DIGEST: &str = "sha256:c5b1d63604f273462ef36fadac3182d43ae6a6138731cf594b314835cf1c034f";

/// Answers as a registry with one image.
fn registry(request: &Request) -> Answer {
    let mut answer = answer(request);
    // docker before 24 takes a server without this header for one of another version.
    answer.headers.push(("Docker-Distribution-Api-Version".to_owned(), "registry/2.0".to_owned()));
    answer
}

fn answer(request: &Request) -> Answer {
    if request.authorization() != Some(&basic("oauth2", TOKEN)) {
        return Answer::challenge("Basic realm=\"registry\"");
    }
    match request.path() {
        "/v2/" => Answer::json(&json!({})),
        "/v2/image/manifests/latest" => {
            let blob = |kind: &str| json!({ "mediaType": kind, "size": CONFIG.len(), "digest": CONFIG_DIGEST });
            let config = blob("application/vnd.docker.container.image.v1+json");
            let layer = blob("application/vnd.docker.image.rootfs.diff.tar.gzip");
            let manifest = json!({ "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [layer] });
            Answer::ok(MANIFEST, manifest.to_string())
        }
        path if path == format!("/v2/image/blobs/{CONFIG_DIGEST}") => Answer::ok("application/octet-stream", CONFIG),
        _ => Answer::missing(),
    }
}

fn skopeo(home: &Home, server: &Server) -> Output {
    let image = format!("docker://{}/image:latest", server.host());
    home.command("skopeo").args(["inspect", "--raw", "--tls-verify=false", &image]).output().unwrap()
}

fn docker(home: &Home, line: &str) -> Output {
    home.command("docker").args(line.split(' ')).output().unwrap()
}

#[test]
fn docker_and_skopeo_get_the_token_as_password() {
    let (home, server) = (home(), Server::start_tls(&Certificates::generate(), registry));
    home.answer(&format!("configure docker --host {} --write", server.host()));
    assert!(answer_of(&skopeo(&home, &server)).contains("schemaVersion"));
    let line = format!("manifest inspect --insecure {}/image:latest", server.host());
    assert!(answer_of(&docker(&home, &line)).contains("schemaVersion"));
    assert_eq!(server.credentials(), [basic("oauth2", TOKEN)]);
    let is_of_docker = |request: &Request| request.header("User-Agent").unwrap_or_default().contains("Docker");
    let of_docker: Vec<_> = server.seen().into_iter().filter(is_of_docker).collect();
    assert!(of_docker.iter().any(|request| request.authorization() == Some(&basic("oauth2", TOKEN))), "{of_docker:?}");
}

#[test]
fn another_registry_gets_no_token() {
    let (home, server) = (home(), Server::start_tls(&Certificates::generate(), registry));
    link(&home, "docker-credential-tokcache");
    std::fs::create_dir(home.path(".docker")).unwrap();
    // docker asks this helper for every registry.
    home.write(".docker/config.json", r#"{"credsStore": "tokcache"}"#);
    home.answer("profile set default --helper-host r.example.com");
    assert!(!skopeo(&home, &server).status.success());
    docker(&home, &format!("manifest inspect --insecure {}/image:latest", server.host()));
    // The clients send an empty password if they have none.
    assert!(server.credentials().iter().all(|sent| *sent == basic("", "")), "{:?}", server.credentials());
    assert!(server.seen().len() > 1);
}

/// docker asks the helper to erase the address in each form that it may have been saved under.
#[test]
fn docker_logout_leaves_the_sign_in() {
    let home = home();
    home.answer("configure docker --host r.example.com --write");
    for host in ["r.example.com", "other.example.com"] {
        let output = docker(&home, &format!("logout {host}"));
        let said = text(&output.stderr) + &text(&output.stdout);
        assert!(output.status.success() && !said.contains("could not erase"), "{said}");
    }
    assert_eq!(home.answer("token --offline"), TOKEN);
}

#[test]
fn without_a_token_the_person_sees_how_to_sign_in() {
    let (home, server) = (with_program(Home::of("empty")), Server::start_tls(&Certificates::generate(), registry));
    home.write(
        "config/profiles/default.toml",
        "authority = 'http://127.0.0.1:1/t'\nclient_id = 'app'\nscopes = ['a']\n",
    );
    home.answer(&format!("configure docker --host {} --write", server.host()));
    for output in
        [skopeo(&home, &server), docker(&home, &format!("manifest inspect --insecure {}/image:latest", server.host()))]
    {
        let said = text(&output.stderr) + &text(&output.stdout);
        assert!(!output.status.success() && said.contains("try: tokcache login --profile default"), "{said}");
    }
    assert_eq!(server.credentials(), [""; 0]);
}
