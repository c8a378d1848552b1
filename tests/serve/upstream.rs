//! Bodies that are streamed through the proxy, both ways.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};

use crate::api::{Api, respond};
use crate::endpoint::{Endpoint, signed_in};
use crate::harness::{Home, Provider, answer_of, output_of};

/// A sign-in, a server, and a proxy for it.
struct Setting {
    _provider: Provider,
    home: Home,
    api: Api,
    proxy: Endpoint,
}

fn setting(api: Api) -> Setting {
    let (provider, home) = signed_in();
    let proxy = Endpoint::proxy(&home, &["--for", &api.url()]);
    Setting { _provider: provider, home, api, proxy }
}

impl Setting {
    fn curl(&self, arguments: &[&str]) -> Command {
        let mut curl = self.home.command("curl");
        curl.args(["--silent", "--show-error", "--no-buffer"]).args(arguments).arg(self.proxy.url());
        curl
    }
}

/// A server that sends an event for each message of the channel, and reports the end of the connection.
fn events(next: Receiver<&'static str>, ended: std::sync::mpsc::Sender<()>) -> Api {
    let channels = Arc::new(Mutex::new((next, ended)));
    Api::start(move |_, _, connection| {
        let channels = channels.lock().expect("no panic");
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
        connection.write_all(head.as_bytes()).expect("it is read");
        while let Ok(event) = channels.0.recv() {
            let event = format!("data: {event}\n\n");
            connection.write_all(format!("{:x}\r\n{event}\r\n", event.len()).as_bytes()).expect("it is read");
        }
        // Blocks until the other side has closed the connection.
        let _ = connection.read(&mut [0]);
        let _ = channels.1.send(());
    })
}

#[test]
fn each_event_arrives_before_the_next_one_is_sent_and_a_client_that_leaves_is_noticed() {
    let ((sender, next), (ended, end)) = (channel(), channel());
    let setting = setting(events(next, ended));
    let mut curl = setting.curl(&[]).stdout(Stdio::piped()).spawn().expect("curl");
    let mut lines = BufReader::new(curl.stdout.take().expect("a pipe")).lines();
    for event in ["one", "two", "three"] {
        sender.send(event).expect("the server runs");
        let line = lines.next().expect("an event").expect("text");
        assert_eq!(line, format!("data: {event}"));
        assert_eq!(lines.next().expect("a line").expect("text"), "");
    }
    // The server is silent from here on.
    drop(sender);
    curl.kill().expect("it runs");
    curl.wait().expect("a child");
    end.recv_timeout(std::time::Duration::from_secs(60)).expect("the server sees the end of the connection");
}

#[test]
fn large_bodies_arrive_unchanged_in_both_directions() {
    const LENGTH: usize = 8 << 20;
    let content: String = ('a'..='z').cycle().take(LENGTH).collect();
    let setting = setting(Api::start(|_, request, connection| {
        let body = String::from_utf8(request.body.clone()).expect("text");
        respond(connection, "200 OK", "", &body);
    }));
    let file = format!("@{}", setting.home.write("large", &content));
    for headers in [&[][..], &["--header", "Transfer-Encoding: chunked"]] {
        let arguments = [headers, &["--data-binary", &file]].concat();
        let output = output_of(&mut setting.curl(&arguments));
        assert!(answer_of(&output) == content, "{headers:?}");
    }
    let received = setting.api.received();
    assert!(received.iter().all(|request| request.body == content.as_bytes()));
    assert_eq!(received[0].header("content-length"), Some(&*LENGTH.to_string()));
    assert_eq!(received[1].header("transfer-encoding"), Some("chunked"));
}

#[test]
fn other_methods_and_empty_answers_pass() {
    let setting = setting(Api::start(|_, request, connection| match request.line.split(' ').next() {
        Some("HEAD") => connection.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n").expect("it is read"),
        Some("DELETE") => connection.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").expect("it is read"),
        _ => respond(connection, "207 Multi-Status", "", "fine"),
    }));
    let head = answer_of(&output_of(&mut setting.curl(&["--head"])));
    assert!(head.starts_with("HTTP/1.1 200") && head.contains("content-length: 1234"), "{head}");
    let deleted = answer_of(&output_of(&mut setting.curl(&["--include", "--request", "DELETE"])));
    assert!(deleted.starts_with("HTTP/1.1 204"), "{deleted}");
    assert_eq!(answer_of(&output_of(&mut setting.curl(&["--request", "PROPFIND"]))), "fine");
    assert_eq!(answer_of(&output_of(&mut setting.curl(&["--request", "POST"]))), "fine");
    let post = setting.api.received().pop().expect("a request");
    assert_eq!((post.header("content-length"), post.header("transfer-encoding")), (Some("0"), None), "{post:?}");
    assert_eq!(answer_of(&output_of(&mut setting.curl(&["--request", "GET", "--data", "x"]))), "fine");
    assert_eq!(setting.api.received().last().expect("a request").body, b"x");
}

#[test]
fn an_answer_that_is_cut_off_is_not_passed_on_as_a_whole_one() {
    let setting = setting(Api::start(|_, _, connection: &mut TcpStream| {
        let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n";
        connection.write_all(head).expect("it is read");
    }));
    let output = output_of(&mut setting.curl(&[]));
    assert!(!output.status.success(), "{output:?}");
}
