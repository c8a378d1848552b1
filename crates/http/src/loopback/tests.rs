use super::*;

/// Sends a request as a browser does, and returns the response.
fn exchange(listener: &LoopbackListener, request: &str) -> String {
    let mut stream = TcpStream::connect(listener.sockets[0].local_addr().unwrap()).unwrap();
    stream.write_all(request.replace("HOST", &listener.site.host).as_bytes()).unwrap();
    let reader = thread::spawn(move || {
        let mut response = String::new();
        stream.read_to_string(&mut response).map(|_| response).unwrap_or_default()
    });
    while !reader.is_finished() {
        if let Some(callback) = listener.next(Duration::from_millis(5)) {
            let html = callback.parameters().to_owned();
            callback.respond(&Page { status: 200, html: &html });
        }
    }
    reader.join().unwrap()
}

fn status(response: &str) -> &str {
    response.split(' ').nth(1).unwrap_or(response)
}

#[test]
fn a_redirect_uri_gets_its_port_and_keeps_its_path() {
    for (uri, start, end) in [
        ("http://127.0.0.1", "http://127.0.0.1:", ""),
        ("http://127.0.0.1/cb", "http://127.0.0.1:", "/cb"),
        ("http://localhost/a/b", "http://localhost:", "/a/b"),
        ("http://[::1]/", "http://[::1]:", "/"),
    ] {
        let bound = match LoopbackListener::bind(uri) {
            // A machine without IPv6.
            Err(_) if uri.contains("::") => continue,
            bound => bound.unwrap(),
        };
        let port = bound.sockets[0].local_addr().unwrap().port();
        assert_eq!(bound.redirect_uri(), format!("{start}{port}{end}"));
    }
}

#[test]
fn only_plain_loopback_addresses_are_taken() {
    for uri in [
        "https://127.0.0.1/",
        "http://example.com/",
        "http://127.0.0.1@example.com/",
        "http://0.0.0.0/",
        "http://localhost.example.com/",
        "http://127.0.0.1/?a=b",
        "127.0.0.1",
    ] {
        assert_eq!(LoopbackListener::bind(uri).unwrap_err().kind(), ErrorKind::InvalidInput, "{uri}");
    }
}

#[test]
fn a_port_that_is_taken_is_an_error() {
    let first = LoopbackListener::bind("http://127.0.0.1/").unwrap();
    assert_eq!(LoopbackListener::bind(first.redirect_uri()).unwrap_err().kind(), ErrorKind::AddrInUse);
}

#[test]
fn a_query_and_a_form_get_through_as_they_are() {
    let listener = LoopbackListener::bind("http://127.0.0.1/cb").unwrap();
    let response = exchange(&listener, "GET /cb?code=a%20b&state=c HTTP/1.1\r\nHost: HOST\r\n\r\n");
    assert_eq!((status(&response), response.rsplit("\r\n").next()), ("200", Some("code=a%20b&state=c")));
    assert!(response.contains("cache-control: no-store") && response.contains("default-src 'none'"), "{response}");
    let form = "code=a&state=c";
    let response = exchange(
        &listener,
        &format!(
            "POST /cb HTTP/1.1\r\nhost: HOST\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
            form.len()
        ),
    );
    assert_eq!((status(&response), response.rsplit("\r\n").next()), ("200", Some(form)));
}

#[test]
fn every_other_request_is_refused_here() {
    let listener = LoopbackListener::bind("http://127.0.0.1/cb").unwrap();
    for (request, expected) in [
        ("GET /favicon.ico HTTP/1.1\r\nHost: HOST\r\n\r\n", "404"),
        ("GET /cb/ HTTP/1.1\r\nHost: HOST\r\n\r\n", "404"),
        ("GET /cb?code=a HTTP/1.1\r\nHost: evil.example.com\r\n\r\n", "421"),
        ("GET /cb?code=a HTTP/1.1\r\n\r\n", "421"),
        ("PUT /cb HTTP/1.1\r\nHost: HOST\r\n\r\n", "405"),
        ("POST /cb HTTP/1.1\r\nHost: HOST\r\n\r\n", "411"),
        ("POST /cb HTTP/1.1\r\nHost: HOST\r\nContent-Length: 2\r\n\r\n{}", "415"),
        (
            "POST /cb HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 99999999999\r\n\r\n",
            "413",
        ),
        ("nonsense\r\n\r\n", "400"),
    ] {
        assert_eq!(status(&exchange(&listener, request)), expected, "{request}");
    }
    let long = format!("GET /cb?{} HTTP/1.1\r\n", "a".repeat(LONGEST_REQUEST));
    assert_eq!(status(&exchange(&listener, &long)), "413");
}

#[test]
fn a_connection_that_says_nothing_stops_no_other() {
    let listener = LoopbackListener::bind("http://127.0.0.1/cb").unwrap();
    let silent: Vec<_> =
        (0..10).map(|_| TcpStream::connect(listener.sockets[0].local_addr().unwrap()).unwrap()).collect();
    assert_eq!(status(&exchange(&listener, "GET /cb HTTP/1.1\r\nHost: HOST\r\n\r\n")), "200");
    drop(silent);
}

#[test]
fn connections_that_say_nothing_leave_room_for_a_browser() {
    let listener = LoopbackListener::bind("http://127.0.0.1/cb").unwrap();
    let address = listener.sockets[0].local_addr().unwrap();
    let silent: Vec<_> = (0..MOST_CONNECTIONS + 20)
        .map(|_| {
            let stream = TcpStream::connect(address).unwrap();
            assert!(listener.next(Duration::ZERO).is_none());
            stream
        })
        .collect();
    assert!(locked(&listener.connections).len() <= MOST_CONNECTIONS);
    assert_eq!(status(&exchange(&listener, "GET /cb HTTP/1.1\r\nHost: HOST\r\n\r\n")), "200");
    drop(silent);
}

#[test]
fn a_browser_leaves_out_the_port_of_the_scheme() {
    assert_eq!((host_header("localhost", 80), host_header("[::1]", 8400)), ("localhost".into(), "[::1]:8400".into()));
}

#[test]
fn without_a_request_the_wait_ends() {
    let listener = LoopbackListener::bind("http://localhost").unwrap();
    assert!(listener.next(Duration::from_millis(20)).is_none());
}
