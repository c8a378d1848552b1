//! The real kubectl and the official client for Python, with a server that checks the token.

use serde_json::{Value, json};
use tokcache_testing::servers::Certificates;

use crate::server::{Answer, Request, Server};
use crate::support::home::Home;
use crate::support::{answer_of, failure_of, text};
use crate::{TOKEN, home, python, with_program};

/// Answers as an API server with one namespace.
fn api(request: &Request) -> Answer {
    if request.authorization() != Some(&format!("Bearer {TOKEN}")) {
        let status =
            json!({ "kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Unauthorized", "code": 401 });
        return Answer { status: 401, ..Answer::json(&status) };
    }
    match request.path() {
        "/api/v1/namespaces" => Answer::json(&json!({
            "kind": "NamespaceList", "apiVersion": "v1", "metadata": {},
            "items": [{ "metadata": { "name": "reached" } }]
        })),
        _ => Answer::missing(),
    }
}

/// Writes a kubeconfig with a cluster and without a user.
fn write_config(home: &Home, server: &Server, certificates: &Certificates) {
    let config = format!(
        "# mine\napiVersion: v1\nkind: Config\ncurrent-context: c\nclusters:\n- name: c\n  cluster:\n    \
         server: https://127.0.0.1:{}\n    certificate-authority: {}\ncontexts:\n- name: c\n  context:\n    cluster: c\n    \
         user: tokcache-default\nusers: []\n",
        server.port,
        certificates.file("ca.pem").display()
    );
    std::fs::create_dir_all(home.path(".kube")).unwrap();
    home.write(".kube/config", config);
}

fn kubectl(home: &Home) -> std::process::Output {
    home.command("kubectl").args(["get", "--raw", "/api/v1/namespaces"]).output().unwrap()
}

/// Whether kubectl knows the version `v1` of the protocol, which is that of kubectl 1.22. Debian 12 has an older one.
fn knows_v1(home: &Home) -> bool {
    let output = home.command("kubectl").args(["version", "--client", "-o", "json"]).output().unwrap();
    let version: Value = serde_json::from_slice(&output.stdout).unwrap();
    let minor = version["clientVersion"]["minor"].as_str().unwrap().trim_end_matches('+');
    minor.parse::<u32>().unwrap() >= 22
}

/// Configures kubectl, for the version of the protocol that it knows.
fn configure(home: &Home, host: &str) {
    home.answer(&format!("configure kubernetes --host {host} --write"));
    if !knows_v1(home) {
        home.edit(".kube/config", "client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1");
    }
}

#[test]
fn kubectl_gets_the_token_in_each_version_of_the_protocol_that_it_knows() {
    let (home, certificates) = (home(), Certificates::generate());
    let server = Server::start_tls(&certificates, api);
    write_config(&home, &server, &certificates);
    configure(&home, &server.host());
    let settings = std::fs::read_to_string(home.path(".kube/config")).unwrap();
    assert!(settings.contains("interactiveMode: Never"), "{settings}");
    assert!(answer_of(&kubectl(&home)).contains("reached"));
    if knows_v1(&home) {
        home.edit(".kube/config", "client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1");
        assert!(answer_of(&kubectl(&home)).contains("reached"));
    }
    assert_eq!(server.credentials(), ["Bearer AT-bob"]);
}

/// A kubeconfig that a person has written for `token -o exec-credential`.
#[test]
fn kubectl_and_the_client_for_python_read_the_output_exec_credential() {
    let (home, certificates) = (home(), Certificates::generate());
    let server = Server::start_tls(&certificates, api);
    write_config(&home, &server, &certificates);
    let version = if knows_v1(&home) { "v1" } else { "v1beta1" };
    let user = format!(
        "users:\n- name: tokcache-default\n  user:\n    exec:\n      apiVersion: client.authentication.k8s.io/{version}\n      \
         command: tokcache\n      args: [token, -o, exec-credential]\n      interactiveMode: Never\n"
    );
    home.edit(".kube/config", "users: []\n", &user);
    assert!(answer_of(&kubectl(&home)).contains("reached"));
    assert_eq!(list_namespaces(&home), "reached");
    assert_eq!(server.credentials(), ["Bearer AT-bob"]);
}

#[test]
fn another_cluster_of_the_same_user_gets_no_token() {
    let (home, certificates) = (home(), Certificates::generate());
    let server = Server::start_tls(&certificates, api);
    write_config(&home, &server, &certificates);
    configure(&home, "k8s.example.com:6443");
    let output = kubectl(&home);
    let said = text(&output.stderr);
    assert!(!output.status.success() && said.contains("is not configured to get a token"), "{said}");
    assert!(said.contains("  try: tokcache configure kubernetes --host https://127.0.0.1"), "{said}");
    assert_eq!(server.credentials(), [""; 0]);
}

#[test]
fn without_a_token_kubectl_shows_how_to_sign_in() {
    let (home, certificates) = (with_program(Home::of("empty")), Certificates::generate());
    home.write(
        "config/profiles/default.toml",
        "authority = 'http://127.0.0.1:1/t'\nclient_id = 'app'\nscopes = ['a']\n",
    );
    let server = Server::start_tls(&certificates, api);
    write_config(&home, &server, &certificates);
    configure(&home, &server.host());
    let output = kubectl(&home);
    let said = text(&output.stderr);
    assert!(!output.status.success() && said.contains("  try: tokcache login --profile default"), "{said}");
    assert_eq!(server.credentials(), [""; 0]);
}

#[test]
fn the_client_for_python_gets_the_token() {
    let (home, certificates) = (home(), Certificates::generate());
    let server = Server::start_tls(&certificates, api);
    write_config(&home, &server, &certificates);
    home.answer(&format!("configure kubernetes --host {} --write", server.host()));
    assert_eq!(list_namespaces(&home), "reached");
}

/// Returns the namespace that the official client for Python sees.
fn list_namespaces(home: &Home) -> String {
    let program = "from kubernetes import client, config\nconfig.load_kube_config()\n\
                   print(client.CoreV1Api().list_namespace().items[0].metadata.name)";
    answer_of(&python(home).args(["-c", program]).output().unwrap())
}

#[test]
fn the_answer_is_in_the_version_that_was_requested() {
    let mut home = home();
    let request = |version: &str, spec: Value| {
        json!({ "apiVersion": version, "kind": "ExecCredential", "spec": spec }).to_string()
    };
    let cluster = |server: &str| json!({ "cluster": { "server": server, "config": null }, "interactive": false });
    let answer = |home: &Home, line: &str| serde_json::from_str::<Value>(&home.answer(line)).unwrap();
    let expected = |version: &str| {
        json!({ "apiVersion": version, "kind": "ExecCredential",
            "status": { "token": TOKEN, "expirationTimestamp": "2100-01-01T00:00:00Z" } })
    };
    let line = "credential kubernetes --host k8s.example.com";
    let versions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"];
    assert_eq!(answer(&home, "credential kubernetes"), expected(versions[0]));
    for version in versions {
        home.set("KUBERNETES_EXEC_INFO", request(version, cluster("https://k8s.example.com/path")));
        assert_eq!(answer(&home, line), expected(version));
    }
    // kubectl 1.20 and 1.21 know v1beta1 only, and do not say whether a person can be asked.
    let old = |spec: Value| json!({ "kind": "ExecCredential", "apiVersion": versions[1], "spec": spec }).to_string();
    home.set("KUBERNETES_EXEC_INFO", old(json!({ "cluster": { "server": "https://k8s.example.com" } })));
    assert_eq!(answer(&home, line), expected(versions[1]));
    home.set("KUBERNETES_EXEC_INFO", old(json!({})));
    assert_eq!(answer(&home, "credential kubernetes"), expected(versions[1]));
    assert_eq!(answer(&home, "token -o exec-credential"), expected(versions[1]));
    for info in [
        request("client.authentication.k8s.io/v1alpha1", cluster("https://k8s.example.com")),
        request(versions[0], cluster("https://evil.example")),
        request(versions[0], cluster("http://k8s.example.com")),
        request(versions[0], json!({ "interactive": false })),
        "{".to_owned(),
    ] {
        home.set("KUBERNETES_EXEC_INFO", info.clone());
        let said = failure_of(3, &home.tokcache(line));
        assert!(!said.contains(TOKEN), "{info}: {said}");
    }
}
