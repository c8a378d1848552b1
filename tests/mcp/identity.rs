//! Cross-app access: the identity provider of a company vouches for its user. The conformance suite tests it with an ID
//! token in a file, these tests with a sign-in.

use serde_json::json;

use crate::server::{Server, expire, home_of, said};

const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

#[test]
fn one_sign_in_at_the_company_is_enough_for_a_resource() {
    let server = Server::start(json!({}));
    let (home, url, issuer) = (home_of("alice"), server.url("one"), &server.issuer);
    said(&home.tokcache(&format!(
        "login --profile company --browser --authority {issuer} --client-id registered --scope openid"
    )));
    let secret = home.write("secret", "made-up");
    let flags = format!("--identity-profile company --client-id agent --client-secret-file {}", secret.display());
    said(&home.tokcache(&format!("login --for {url} --flow identity-assertion {flags}")));
    let token = format!("token --for {url}");
    let (status, answer) = server.answer_to("one", &home.answer(&token));
    assert_eq!((status, answer["user"].as_str(), answer["client"].as_str()), (200, Some("alice"), Some("agent")));

    let exchanges = || server.requests("/token").iter().filter(|it| it["grant_type"] == JWT_BEARER).count();
    assert_eq!(exchanges(), 1, "the token is cached");
    expire(&home);
    home.answer(&token);
    assert_eq!(exchanges(), 2);

    // The end of the sign-in at the company is the end of new tokens. The error says at which one to sign in.
    said(&home.tokcache("clear --profile company"));
    home.answer(&token);
    expire(&home);
    let ended = home.failure(4, &token);
    assert!(ended.contains("try: tokcache login --profile company"), "{ended}");
}
