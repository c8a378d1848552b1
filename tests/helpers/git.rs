//! The real git, which clones and pushes through `git http-backend`.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::json;

use crate::server::{Answer, Request, Server};
use crate::support::home::Home;
use crate::support::provider::{NEW_ACCESS_TOKEN, Provider, tokens};
use crate::support::{answer_of, put, text};
use crate::{TOKEN, basic, fed, home, link, with_program};

/// Returns a git repository with one commit, to which anybody can push who gets past the server.
fn repository(home: &Home) {
    let git = |line: &str| answer_of(&home.command("git").args(line.split(' ')).output().unwrap());
    git("init -q -b main work");
    git("-C work -c user.name=A -c user.email=a@example.com commit -q --allow-empty -m First");
    git("clone -q --bare work served/repository.git");
    git("-C served/repository.git config http.receivepack true");
}

/// Answers as `git http-backend` does, a CGI program.
fn backend(root: &Path, request: &Request) -> Answer {
    let query = request.target.split_once('?').map_or("", |(_, query)| query);
    let mut command = Command::new("git");
    command.arg("http-backend").stdin(Stdio::piped()).stdout(Stdio::piped());
    for (name, value) in [
        ("GIT_HTTP_EXPORT_ALL", "1"),
        ("GIT_CONFIG_COUNT", "1"),
        ("GIT_CONFIG_KEY_0", "safe.directory"),
        ("GIT_CONFIG_VALUE_0", "*"),
        ("PATH_INFO", request.path()),
        ("QUERY_STRING", query),
        ("REQUEST_METHOD", &request.method),
        ("CONTENT_TYPE", request.header("Content-Type").unwrap_or_default()),
        ("CONTENT_LENGTH", &request.body.len().to_string()),
        ("HTTP_CONTENT_ENCODING", request.header("Content-Encoding").unwrap_or_default()),
        ("GIT_PROTOCOL", request.header("Git-Protocol").unwrap_or_default()),
        ("REMOTE_USER", "somebody"),
    ] {
        command.env(name, value);
    }
    let mut child = command.env("GIT_PROJECT_ROOT", root).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), &request.body).unwrap();
    let output = child.wait_with_output().unwrap().stdout;
    let end = output.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
    let mut answer = Answer { status: 200, headers: Vec::new(), body: output[end + 4..].to_vec() };
    for (name, value) in text(&output[..end]).lines().filter_map(|line| line.split_once(": ")) {
        match name {
            "Status" => answer.status = value[..3].parse().unwrap(),
            _ => answer.headers.push((name.to_owned(), value.to_owned())),
        }
    }
    answer
}

/// Starts a server for the repository that wants these credentials.
fn serve(home: &Home, challenge: &'static str, wanted: String) -> Server {
    serve_or(home, wanted, move || Answer::challenge(challenge))
}

/// Starts a server for the repository that gives another answer to a request without these credentials.
fn serve_or(home: &Home, wanted: String, otherwise: impl Fn() -> Answer + Send + Sync + 'static) -> Server {
    repository(home);
    let root = home.path("served");
    Server::start(move |request| match request.authorization() {
        Some(given) if given == wanted => backend(&root, request),
        _ => otherwise(),
    })
}

fn clone(home: &Home, server: &Server) -> Output {
    let url = format!("http://{}/repository.git", server.host());
    home.command("git").args(["clone", "-q", &url, "cloned"]).output().unwrap()
}

/// Clones and pushes. The server must have seen this credential and no other.
#[track_caller]
fn assert_clone_and_push_send(home: &Home, server: &Server, wanted: &str) {
    answer_of(&clone(home, server));
    let git = |line: &str| answer_of(&home.command("git").args(line.split(' ')).output().unwrap());
    git("-C cloned -c user.name=A -c user.email=a@example.com commit -q --allow-empty -m Second");
    git("-C cloned push -q origin main");
    assert_eq!(git("-C served/repository.git log --format=%s"), "Second\nFirst");
    assert_eq!(server.credentials(), [wanted]);
}

fn clones_and_pushes(challenge: &'static str, wanted: String) {
    let home = home();
    let server = serve(&home, challenge, wanted.clone());
    home.answer(&format!("configure git --host {} --write", server.host()));
    assert_clone_and_push_send(&home, &server, &wanted);
}

#[test]
fn git_clones_and_pushes_with_the_token_as_password() {
    clones_and_pushes("Basic realm=\"git\"", basic("oauth2", TOKEN));
}

/// Whether git is 2.MINOR or newer.
fn git_is_at_least(minor: u32) -> bool {
    let version = answer_of(&Command::new("git").arg("--version").output().unwrap());
    let mut numbers = version.split(|letter: char| !letter.is_ascii_digit()).filter(|word| !word.is_empty());
    let mut number = || numbers.next().unwrap().parse::<u32>().unwrap();
    (number(), number()) >= (2, minor)
}

/// Whether git can send a bearer token. Debian 12 has git 2.39, which sends passwords only; `requests.rs` tests the
/// answers to newer versions on every machine.
fn knows_bearer() -> bool {
    git_is_at_least(46)
}

#[test]
fn git_clones_and_pushes_with_a_bearer_token_if_it_can_send_one() {
    if knows_bearer() {
        clones_and_pushes("Bearer realm=\"git\"", format!("Bearer {TOKEN}"));
    } else {
        clones_and_pushes("Basic realm=\"git\", Bearer realm=\"git\"", basic("oauth2", TOKEN));
    }
}

/// Returns a folder for each version of git on this machine, the one in use first.
fn folders_of_git() -> Vec<(PathBuf, u32)> {
    let mut found: Vec<(PathBuf, u32)> = Vec::new();
    for folder in std::env::split_paths(&std::env::var_os("PATH").unwrap()) {
        let Ok(output) = Command::new(folder.join("git")).arg("--version").output() else { continue };
        let minor = text(&output.stdout).split('.').nth(1).unwrap().parse().unwrap();
        if !found.iter().any(|(_, known)| *known == minor) {
            found.push((folder, minor));
        }
    }
    found
}

/// At a server that takes bearer tokens only. Without the lines about capabilities, a new git asks as an old one does.
#[test]
fn every_git_of_this_machine_and_one_without_capabilities_are_told_apart() {
    let gits = folders_of_git();
    assert!(!gits.is_empty());
    let cases = gits.iter().map(|(folder, minor)| (folder, *minor >= 46, ""));
    for (folder, is_able, filter) in cases.chain([(&gits[0].0, false, "sed '/^capability/d' | ")]) {
        let mut home = home();
        let path = std::env::join_paths([&home.path("bin"), folder, Path::new("/usr/bin"), Path::new("/bin")]).unwrap();
        home.set("PATH", path);
        let server = serve(&home, "Bearer realm=\"git\"", format!("Bearer {TOKEN}"));
        let helper = format!("{filter}tokcache credential git --host {} --authtype bearer \\\"$@\\\"", server.host());
        home.write(".gitconfig", format!("[credential]\n\thelper = \"!f() {{ {helper}; }}; f\"\n"));
        let mut command = home.command("git");
        let url = format!("http://{}/repository.git", server.host());
        command.args(["clone", "-q", &url, "cloned"]).env("GIT_TERMINAL_PROMPT", "0");
        let output = command.output().unwrap();
        let said = text(&output.stderr);
        assert_eq!(output.status.success(), is_able, "{}: {said}", folder.display());
        // libcurl sends no password to a server that does not take any.
        let sent = if is_able { vec![format!("Bearer {TOKEN}")] } else { Vec::new() };
        assert_eq!(server.credentials(), sent, "{}: {said}", folder.display());
        assert_eq!(said.contains("git gets the token as a password"), !is_able, "{said}");
    }
}

#[test]
fn git_takes_the_bearer_challenge_among_others() {
    let home = home();
    let wanted = if knows_bearer() { format!("Bearer {TOKEN}") } else { basic("oauth2", TOKEN) };
    let server = serve_or(&home, wanted.clone(), || {
        Answer::challenges(&["Custom a=\"1\" b=\"2\"", "BEARER realm=\"id\" a=1", "Basic realm=\"git\""])
    });
    home.answer(&format!("configure git --host {} --write", server.host()));
    answer_of(&clone(&home, &server));
    assert_eq!(server.credentials(), [wanted]);
}

/// With `http.proactiveAuth`, of git 2.46 and later, the helper is asked before there is any challenge.
#[test]
fn git_sends_the_token_before_the_server_asks_for_it() {
    if !git_is_at_least(46) {
        return;
    }
    for (proactive, flags, wanted) in [
        ("basic", "", basic("oauth2", TOKEN)),
        ("auto", "", basic("oauth2", TOKEN)),
        ("auto", " --authtype bearer", format!("Bearer {TOKEN}")),
    ] {
        let home = home();
        let server = serve_or(&home, wanted.clone(), Answer::forbidden);
        let host = server.host();
        let lines = format!("[http]\n\tproactiveAuth = {proactive}\n[credential]\n\thelper = !tokcache credential git");
        home.write(".gitconfig", format!("{lines} --host {host}{flags}\n"));
        answer_of(&clone(&home, &server));
        assert_eq!(server.credentials(), [wanted]);
        assert!(server.seen().iter().all(|request| request.authorization().is_some()), "{proactive}");
    }
}

#[test]
fn no_other_host_gets_the_token() {
    let home = home();
    let server = serve(&home, "Basic realm=\"git\"", basic("oauth2", TOKEN));
    home.write(".gitconfig", "[credential]\n\thelper = !tokcache credential git --host git.example.com\n");
    let output = clone(&home, &server);
    assert!(!output.status.success());
    assert_eq!(server.credentials(), [""; 0]);
}

#[test]
fn without_a_token_git_shows_how_to_sign_in_and_asks_nobody() {
    let home = with_program(Home::of("empty"));
    home.write("config/profiles/work.toml", "authority = 'http://127.0.0.1:1/t'\nclient_id = 'app'\nscopes = ['a']\n");
    let server = serve(&home, "Basic realm=\"git\"", basic("oauth2", TOKEN));
    home.answer(&format!("configure git --profile work --host {} --write", server.host()));
    let output = clone(&home, &server);
    let said = text(&output.stderr);
    assert!(!output.status.success());
    assert!(said.contains("error: ") && said.contains("  try: tokcache login --profile work"), "{said}");
    assert!(said.contains("told us to quit") && !said.contains("terminal prompts"), "{said}");
    assert_eq!(server.credentials(), [""; 0]);
}

/// A helper of git that answers with these lines, whatever the host.
fn another_helper(lines: &str) -> String {
    format!("\thelper = \"!f() {{ cat >/dev/null; printf '{lines}'; }}; f\"\n")
}

const OWN_HELPER: &str = "\thelper = !tokcache credential git --host git.example.com\n";

fn filled(home: &Home, request: impl AsRef<[u8]>) -> Output {
    fed(home.program_named("git", "credential fill"), request)
}

#[test]
fn git_asks_its_other_helpers_for_another_host_only() {
    let home = home();
    let theirs = another_helper("username=them\\\\npassword=theirs\\\\n");
    home.write(".gitconfig", format!("[credential]\n{OWN_HELPER}{theirs}"));
    let answer = answer_of(&filled(&home, "protocol=https\nhost=other.example.com\n"));
    assert_eq!(answer, "protocol=https\nhost=other.example.com\nusername=them\npassword=theirs");
    let answer = answer_of(&filled(&home, "protocol=https\nhost=git.example.com\n"));
    assert!(answer.contains("username=oauth2\npassword=AT-bob") && !answer.contains("them"), "{answer}");
    // The capabilities of git must not appear in the answer of a helper that has none.
    let able = "capability[]=authtype\ncapability[]=state\nprotocol=https\nhost=other.example.com\n";
    let answer = answer_of(&filled(&home, able));
    assert!(answer.contains("password=theirs") && !answer.contains("capability"), "{answer}");
}

#[test]
fn git_keeps_the_user_name_of_another_helper() {
    let home = home();
    home.write(".gitconfig", format!("[credential]\n{}{OWN_HELPER}", another_helper("username=them\\\\n")));
    let answer = answer_of(&filled(&home, "protocol=https\nhost=git.example.com\n"));
    assert!(answer.contains("username=them\npassword=AT-bob"), "{answer}");
}

#[test]
fn git_asks_no_other_helper_after_tokcache_has_given_up() {
    let home = with_program(Home::of("empty"));
    home.write(
        "config/profiles/default.toml",
        "authority = 'http://127.0.0.1:1/t'\nclient_id = 'app'\nscopes = ['a']\n",
    );
    let theirs = another_helper("username=them\\\\npassword=theirs\\\\n");
    home.write(".gitconfig", format!("[credential]\n{OWN_HELPER}{theirs}"));
    let output = filled(&home, "protocol=https\nhost=git.example.com\n");
    let said = text(&output.stderr);
    assert!(!output.status.success() && output.stdout.is_empty(), "{output:?}");
    assert!(said.contains("told us to quit") && said.contains("try: tokcache login"), "{said}");
}

/// `configure` resets the list of helpers for the host.
#[test]
fn a_helper_for_all_hosts_does_not_save_the_token_as_password() {
    let home = home();
    let server = serve(&home, "Basic realm=\"git\"", basic("oauth2", TOKEN));
    put(&home.path("saved"), "");
    home.write(".gitconfig", format!("[credential]\n\thelper = store --file {}\n", home.path("saved").display()));
    home.answer(&format!("configure git --host {} --write", server.host()));
    answer_of(&clone(&home, &server));
    assert_eq!(std::fs::read_to_string(home.path("saved")).unwrap(), "");
}

#[test]
fn git_gets_the_token_for_a_path_in_any_encoding() {
    let home = home();
    home.write(".gitconfig", format!("[credential]\n\tuseHttpPath = true\n{OWN_HELPER}"));
    for path in ["a.git", "per%C3%BA.git", "per%FA.git", "%2566.git", "?a.git", "#a.git"] {
        let output = filled(&home, format!("url=https://git.example.com/{path}\n"));
        let answer = text(&output.stdout);
        assert!(output.status.success() && answer.contains("password=AT-bob"), "{path}: {output:?}");
    }
    // The host of this URL is `git.example.com#?/`.
    let output = filled(&home, "url=https://git.example.com%23%3f%2f/a.git\n");
    assert!(!text(&output.stdout).contains(TOKEN), "{output:?}");
}

/// The token was revoked at the provider before its time.
#[test]
fn a_token_that_the_server_refuses_is_replaced_for_the_next_command() {
    let provider = Provider::start(|_, _| (200, tokens()));
    let home = home();
    home.use_provider(&provider.address());
    let (challenge, wanted) = match knows_bearer() {
        true => ("Bearer realm=\"git\"", format!("Bearer {NEW_ACCESS_TOKEN}")),
        false => ("Basic realm=\"git\"", basic("oauth2", NEW_ACCESS_TOKEN)),
    };
    let server = serve(&home, challenge, wanted);
    home.answer(&format!("configure git --host {} --write", server.host()));
    assert!(!clone(&home, &server).status.success());
    answer_of(&clone(&home, &server));
}

#[test]
fn a_refused_password_that_is_not_the_cached_token_changes_nothing() {
    let home = home();
    let asked = "protocol=https\nhost=git.example.com\npassword=another\n";
    let output = fed(home.program("credential git --host git.example.com erase"), asked);
    assert_eq!((answer_of(&output), text(&output.stderr)), (String::new(), String::new()));
    assert_eq!(home.answer("token --offline"), TOKEN);
}

#[test]
fn git_finds_the_helper_by_its_name() {
    let home = home();
    link(&home, "git-credential-tokcache");
    home.write(".gitconfig", "[credential]\n\thelper = tokcache --host git.example.com\n");
    let asked = "protocol=https\nhost=git.example.com\nusername=me\n";
    let output = fed(home.program_named("git", "credential fill"), asked);
    let answer = answer_of(&output);
    // Older versions drop the time.
    let expiry = if git_is_at_least(40) { "\npassword_expiry_utc=4102444800" } else { "" };
    assert_eq!(answer, format!("protocol=https\nhost=git.example.com\nusername=me\npassword=AT-bob{expiry}"));
}

/// Git itself checks the words and the form of an answer, as its test t0300 does.
#[test]
fn git_takes_a_bearer_token_that_no_helper_saves_if_it_can_send_one() {
    let home = home();
    put(&home.path("saved"), "");
    home.write(
        ".gitconfig",
        "[credential]\n\thelper = store --file saved\n\thelper = !tokcache credential git --host git.example.com\n",
    );
    let asked = "capability[]=authtype\nprotocol=https\nhost=git.example.com\nwwwauth[]=Bearer\n";
    let filled = answer_of(&fed(home.program_named("git", "credential fill"), asked));
    if !knows_bearer() {
        assert!(filled.contains("password=AT-bob") && !filled.contains("authtype"), "{filled}");
        return;
    }
    for line in ["authtype=Bearer", "credential=AT-bob", "ephemeral=1", "password_expiry_utc=4102444800"] {
        assert!(filled.lines().any(|own| own == line), "{filled}");
    }
    answer_of(&fed(home.program_named("git", "credential approve"), &filled));
    assert_eq!(std::fs::read_to_string(home.path("saved")).unwrap(), "");
}

#[test]
fn the_claims_that_the_server_demands_are_requested_and_nothing_else() {
    let provider = Provider::start(|_, form| {
        assert!(form.contains("claims=") && !form.contains("admin"), "{form}");
        (200, json!({ "access_token": "AT-new", "token_type": "Bearer", "expires_in": 3600, "scope": "api:read" }))
    });
    let home = home();
    home.use_provider(&provider.address());
    let claims = "{\\\"access_token\\\":{\\\"nbf\\\":{\\\"value\\\":\\\"1\\\"}}}";
    let challenge =
        format!("Bearer error=\"insufficient_claims\", scope=\"admin\", resource=\"admin\", claims=\"{claims}\"");
    let asked = format!("capability[]=authtype\nprotocol=https\nhost=git.example.com\nwwwauth[]={challenge}\n");
    let output = fed(home.program("credential git --host git.example.com get"), &asked);
    assert!(answer_of(&output).contains("credential=AT-new"), "{output:?}");
}

/// git asks libcurl, which reads `~/.netrc`. The file has no ports.
#[test]
fn git_reads_the_netrc_output_at_the_port_of_the_server_and_for_no_other_host() {
    let home = home();
    // Characters of an opaque token, beyond those of RFC 6750.
    let token = "a$b`c&d|e<f>g(h)i{j}k*l?m!n%o^p@q,r:s[t]u;v=";
    home.edit("state/token_cache.json", "\"AT-bob\"", &format!("\"{token}\""));
    let wanted = basic("oauth2", token);
    let server = serve(&home, "Basic realm=\"git\"", wanted.clone());
    home.answer(&format!("profile set default --host {}", server.host()));
    home.write(".netrc", home.answer("token -o netrc") + "\n");
    assert_clone_and_push_send(&home, &server, &wanted);

    let url = format!("http://localhost:{}/repository.git", server.port);
    let mut elsewhere = home.command("git");
    let output = elsewhere.args(["ls-remote", &url]).env("GIT_TERMINAL_PROMPT", "0").output().unwrap();
    assert!(!output.status.success());
    assert!(server.seen().last().unwrap().authorization().is_none(), "the token went to another host");
}
