//! Provider metadata: the authority's URL, a line break, and the body.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pollster::FutureExt as _;
use tokcache_core::oauth::{Authority, Endpoint, EndpointKind, discover};
use tokcache_fuzz::json::Object;
use tokcache_fuzz::server::Server;
use tokcache_fuzz::url::{assert_secure, host, is_plain_loopback};

fuzz_target!(|input: &str| {
    let Some((url, body)) = input.split_once('\n') else { return };
    let Ok(authority) = Authority::parse(url, None) else { return };
    // This server has only one document, so a missing endpoint is missing everywhere.
    let Ok(endpoints) = discover(&Server::new(200, body), &authority, &[EndpointKind::Token]).block_on() else {
        return;
    };
    let members = Object::parse(body).expect("metadata are an object");
    assert_eq!(endpoints.issuer, members.string("issuer"));
    assert_may_speak_for(&endpoints.issuer.expect("metadata name their issuer"), &authority);
    for (name, endpoint) in [
        ("token_endpoint", endpoints.token),
        ("device_authorization_endpoint", endpoints.device_authorization),
        ("revocation_endpoint", endpoints.revocation),
    ] {
        assert_eq!(endpoint.as_ref().map(|endpoint| endpoint.as_str().to_owned()), members.string(name));
        endpoint.iter().for_each(|endpoint| assert_safe(endpoint, &authority));
    }
    // An unsafe endpoint of these kinds is left out.
    for (name, endpoint) in [
        ("authorization_endpoint", endpoints.authorization),
        ("end_session_endpoint", endpoints.end_session),
        ("jwks_uri", endpoints.jwks),
    ] {
        let Some(endpoint) = endpoint else { continue };
        assert_eq!(Some(endpoint.as_str().to_owned()), members.string(name));
        assert_safe(&endpoint, &authority);
    }
});

/// Asserts that the issuer may be used: it has the same host or one a label below, both are Microsoft's, or it is a
/// tenant of B2C or External ID, which may have its own domain.
fn assert_may_speak_for(issuer: &str, authority: &Authority) {
    let [issuer_host, own_host] = [issuer, authority.url()].map(|url| host(url).to_ascii_lowercase());
    let is_microsoft =
        || Authority::parse(&format!("https://{issuer_host}"), None).is_ok_and(|issuer| issuer.kind().is_entra_like());
    let is_below = || issuer_host.strip_suffix(&format!(".{own_host}")).is_some_and(|label| !label.contains('.'));
    let is_of_one_tenant = [".b2clogin.com", ".ciamlogin.com"].iter().any(|hosts| issuer_host.ends_with(hosts));
    assert!(
        issuer_host == own_host
            || is_below()
            || is_of_one_tenant
            || (authority.kind().is_entra_like() && is_microsoft()),
        "{issuer} speaks for {}",
        authority.url()
    );
}

fn assert_safe(endpoint: &Endpoint, authority: &Authority) {
    assert_secure(endpoint.as_str());
    let is_local = ["localhost", "::1"].contains(&host(authority.url())) || host(authority.url()).starts_with("127.");
    assert!(!is_plain_loopback(endpoint.as_str()) || is_local, "{} leads to this machine", authority.url());
}
