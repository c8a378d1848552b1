//! A container: other mounts, no network but its own, and a socket that is mounted into it.

use serde_json::{Value, json};
use tokcache_testing::servers::unshare_options;

use crate::endpoint::{Endpoint, cached_token, signed_in};
use crate::harness::{SCOPE, answer_of, output_of};
use crate::sdk::sdks;

/// Hides the home of the user, mounts the socket, and forwards a port of the container to it.
const START: &str = "
    set -e
    ip link set lo up
    mkdir -p \"$ROOT\"
    mount -t tmpfs none \"$ROOT\"
    touch \"$ROOT/tokcache.sock\"
    mount --bind \"$SOCKET\" \"$ROOT/tokcache.sock\"
    mount -t tmpfs none \"$HOME/cache\"
    ! ls \"$CACHE\" 2>/dev/null
    socat TCP-LISTEN:8081,bind=127.0.0.1,fork,reuseaddr UNIX-CONNECT:\"$ROOT/tokcache.sock\" &
    trap 'kill $!' EXIT
    export IDENTITY_ENDPOINT=http://127.0.0.1:8081/msi/token
    until curl --silent --output /dev/null http://127.0.0.1:8081/; do sleep 0.05; done
    curl --silent --unix-socket \"$ROOT/tokcache.sock\" --header \"X-IDENTITY-HEADER: $IDENTITY_HEADER\" \\
        \"http://localhost/msi/token?api-version=2019-08-01&resource=api.read\"
    echo
    \"$@\"
";

#[test]
fn a_container_gets_tokens_through_a_mounted_socket_and_sees_no_refresh_token() {
    let (_provider, home) = signed_in();
    let (token, refresh_token) = (cached_token(&home), home.cache.refresh_token());
    let folder = tempfile::tempdir().expect("a folder");
    let socket = folder.path().join("serve.sock");
    let endpoint = Endpoint::serve(&home, &["--socket", socket.to_str().expect("text")]);

    for (name, sdk) in sdks() {
        let mut container = home.command("unshare");
        container.args(unshare_options(&["--mount", "--net"]));
        container.args(["bash", "-c", START, "bash"]).args(&sdk).args(["managed", SCOPE]);
        container.env("IDENTITY_HEADER", endpoint.variable("IDENTITY_HEADER")).env("SOCKET", &socket);
        container.env("ROOT", folder.path().join("root")).env("CACHE", home.cache.path());
        let output = output_of(&mut container);

        let printed = answer_of(&output);
        let lines: Vec<Value> = printed.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        assert_eq!(lines[0]["access_token"], token.as_str(), "{name}: {output:?}");
        assert_eq!(lines[1]["tokens"], json!([token]), "{name}: {output:?}");
        assert!(!printed.contains(&refresh_token));
    }
}
