//! A mail program, Python's smtplib, at a server that wants SASL XOAUTH2.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::process::Output;
use std::thread;

use base64::prelude::{BASE64_STANDARD, Engine as _};

use crate::support::answer_of;
use crate::support::home::Home;
use crate::{TOKEN, home, python};

/// Serves one connection: who has the token of this user may send. Returns the response of the client.
fn serve(listener: &TcpListener, user: &str) -> String {
    let (stream, _) = listener.accept().unwrap();
    let (mut requests, mut answers) = (BufReader::new(&stream).lines(), &stream);
    answers.write_all(b"220 mail.example.com\r\n").unwrap();
    let mut response = String::new();
    while let Some(Ok(request)) = requests.next() {
        let answer = match request.split_once(' ') {
            Some(("ehlo", _)) => "250-mail.example.com\r\n250 AUTH XOAUTH2\r\n",
            Some(("AUTH", words)) => {
                let encoded = words.strip_prefix("XOAUTH2 ").unwrap();
                response = String::from_utf8(BASE64_STANDARD.decode(encoded).unwrap()).unwrap();
                let expected = format!("user={user}\u{1}auth=Bearer {TOKEN}\u{1}\u{1}");
                if response == expected { "235 accepted\r\n" } else { "535 refused\r\n" }
            }
            _ => "221 bye\r\n",
        };
        answers.write_all(answer.as_bytes()).unwrap();
    }
    response
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
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    for (arguments, user) in [("", "bob@example.com"), ("--username team@example.com", "team@example.com")] {
        thread::scope(|scope| {
            let server = scope.spawn(|| serve(&listener, user));
            assert_eq!(answer_of(&send(&home, port, arguments)), "235");
            assert!(server.join().unwrap().starts_with(&format!("user={user}")));
        });
    }
}
