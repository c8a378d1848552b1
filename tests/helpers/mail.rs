//! Mail programs at a server that wants SASL XOAUTH2: msmtp, mutt and Python's smtplib.

use std::fs::Permissions;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Output, Stdio};
use std::thread::{self, JoinHandle};

use base64::prelude::{BASE64_STANDARD, Engine as _};

use tokcache_testing::servers::Certificates;

use crate::support::answer_of;
use crate::support::home::Home;
use crate::{TOKEN, fed, home, python};

/// Serves one connection: who has the token of this user may send. Returns the response of the client.
fn serve(listener: TcpListener, user: &'static str) -> String {
    let (stream, _) = listener.accept().unwrap();
    let (mut requests, mut answers) = (BufReader::new(&stream).lines(), &stream);
    answers.write_all(b"220 mail.example.com\r\n").unwrap();
    let (mut response, mut is_text, mut is_response) = (String::new(), false, false);
    while let Some(Ok(request)) = requests.next() {
        if is_text && request != "." {
            continue;
        }
        let (verb, words) = request.split_once(' ').unwrap_or((&request, ""));
        // The initial response may come in a line of its own (RFC 4954, section 4).
        let encoded = if is_response { Some(request.as_str()) } else { words.strip_prefix("XOAUTH2 ") };
        let answer = match (verb.to_uppercase().as_str(), encoded) {
            ("EHLO", _) => "250-mail.example.com\r\n250 AUTH XOAUTH2\r\n",
            (_, Some(encoded)) => {
                response = String::from_utf8(BASE64_STANDARD.decode(encoded).unwrap()).unwrap();
                let expected = format!("user={user}\u{1}auth=Bearer {TOKEN}\u{1}\u{1}");
                if response == expected { "235 accepted\r\n" } else { "535 refused\r\n" }
            }
            ("AUTH", None) => "334 \r\n",
            ("DATA", _) => "354 send it\r\n",
            ("QUIT", _) => "221 bye\r\n",
            _ => "250 fine\r\n",
        };
        (is_text, is_response) = (verb.eq_ignore_ascii_case("DATA"), answer.starts_with("334"));
        answers.write_all(answer.as_bytes()).unwrap();
    }
    response
}

/// Starts a server for one connection. Returns its port.
fn start(user: &'static str) -> (u16, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    (port, thread::spawn(move || serve(listener, user)))
}

fn send(home: &Home, port: u16, arguments: &str) -> Output {
    let program = "import base64, smtplib, subprocess, sys\n\
                   response = subprocess.check_output(['tokcache', 'credential', 'xoauth2', *sys.argv[2:]])\n\
                   response = base64.b64decode(response).decode()\n\
                   with smtplib.SMTP('127.0.0.1', int(sys.argv[1])) as server:\n    \
                   server.ehlo()\n    \
                   print(server.auth('XOAUTH2', lambda challenge=None: response)[0])\n";
    let mut python = python(home);
    python.args(["-c", program, &port.to_string()]).args(arguments.split_whitespace());
    python.output().unwrap()
}

#[test]
fn a_mail_server_takes_the_response_of_xoauth2() {
    let home = home();
    for (arguments, user) in [("", "bob@example.com"), ("--username team@example.com", "team@example.com")] {
        let (port, server) = start(user);
        assert_eq!(answer_of(&send(&home, port, arguments)), "235");
        assert!(server.join().unwrap().starts_with(&format!("user={user}")));
    }
}

/// msmtp and mutt run a command for the token, and build the response themselves.
#[test]
fn msmtp_and_mutt_send_with_the_token() {
    let home = home();
    let (port, server) = start("bob@example.com");
    home.write(".msmtprc", "defaults\npassword of-the-defaults\ntls on\n");
    std::fs::set_permissions(home.path(".msmtprc"), Permissions::from_mode(0o600)).unwrap();
    home.answer(&format!("configure msmtp --host 127.0.0.1:{port} --username bob@example.com --write"));
    let mut msmtp = home.command("msmtp");
    msmtp.args(["--account", "tokcache-default", "alice@example.com"]);
    answer_of(&fed(msmtp, "Subject: hello\n\nHello.\n"));
    assert!(server.join().unwrap().starts_with("user=bob@example.com"));
    let (port, server) = start("bob@example.com");
    home.answer("configure mutt --write");
    let mut mutt = home.command("mutt");
    mutt.args(["-e", &format!("set smtp_url = 'smtp://bob%40example.com@127.0.0.1:{port}' ssl_starttls = no")]);
    mutt.args(["-e", "set ssl_force_tls = no from = bob@example.com copy = no", "-s", "hello", "alice@example.com"]);
    answer_of(&fed(mutt, "Hello.\n"));
    assert!(server.join().unwrap().starts_with("user=bob@example.com"));
}

/// Takes the sign-in of one IMAP client (RFC 3501) over TLS. Prints the port, then the response.
const IMAPS: &str = "import socket, ssl, sys\n\
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)\n\
    context.load_cert_chain(*sys.argv[1:])\n\
    listener = socket.create_server(('127.0.0.1', 0))\n\
    print(listener.getsockname()[1], flush=True)\n\
    stream = context.wrap_socket(listener.accept()[0], server_side=True)\n\
    stream.sendall(b'* OK mail.example.com\\r\\n')\n\
    for request in stream.makefile():\n    \
    tag, command, *words = request.split()\n    \
    if command == 'AUTHENTICATE':\n        \
    print(*words)\n        \
    break\n    \
    stream.sendall(f'* CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2\\r\\n{tag} OK\\r\\n'.encode())\n";

/// mutt reads a mailbox only on a terminal, which `script` makes, and sends a token only over TLS.
#[test]
fn mutt_reads_a_mailbox_with_the_token() {
    let (home, certificates) = (home(), Certificates::generate());
    home.answer("configure mutt --write");
    // Otherwise mutt asks whether to make it.
    std::fs::create_dir(home.path("Mail")).unwrap();
    let mut server = home.command("python3");
    server.args(["-c", IMAPS]).arg(certificates.file("server.pem")).arg(certificates.file("server.key"));
    let mut server = server.stdout(Stdio::piped()).spawn().unwrap();
    let mut printed = BufReader::new(server.stdout.take().unwrap()).lines();
    let port = printed.next().unwrap().unwrap();
    let settings = format!("set ssl_ca_certificates_file = '{}'", certificates.file("ca.pem").display());
    let mutt = format!("mutt -e \"{settings}\" -f imaps://bob%40example.com@localhost:{port}/INBOX");
    let mut script = home.command("script");
    script.args(["--quiet", "--return", "--command", &mutt, "/dev/null"]).env("TERM", "xterm");
    let mut script = script.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let said = printed.next().unwrap().unwrap();
    // It ends mutt, too.
    answer_of(&home.command("kill").arg(script.id().to_string()).output().unwrap());
    script.wait().unwrap();
    server.wait().unwrap();
    assert_eq!(said.split(' ').next(), Some("XOAUTH2"));
    let response = BASE64_STANDARD.decode(said.split(' ').nth(1).unwrap()).unwrap();
    assert_eq!(response, format!("user=bob@example.com\u{1}auth=Bearer {TOKEN}\u{1}\u{1}").into_bytes());
}

/// The lines of the documentation are those of `configure`.
#[test]
fn the_documented_settings_of_mail_programs_are_those_of_configure() {
    let home = home();
    let profile = std::fs::read(home.path("config/profiles/default.toml")).unwrap();
    home.write("config/profiles/mail.toml", profile);
    home.answer("configure msmtp --profile mail --host smtp.example.com --username bob@example.com --write");
    home.answer("configure mutt --profile mail --write");
    let page = include_str!("../../docs/credential-helpers.md");
    for file in [".msmtprc", ".muttrc"] {
        let written = std::fs::read_to_string(home.path(file)).unwrap();
        let lines = written.strip_prefix("# added by tokcache configure\n").unwrap();
        assert!(page.contains(lines), "{lines}");
    }
}
