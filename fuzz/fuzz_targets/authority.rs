//! Authorities and endpoints: `URL`, or `URL` and a tenant on the next line.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tokcache_core::oauth::{Authority, AuthorityKind, Endpoint};
use tokcache_fuzz::url::{assert_secure, host};

fuzz_target!(|input: &str| {
    let (url, tenant) = input.split_once('\n').map_or((input, None), |(url, tenant)| (url, Some(tenant)));
    match Authority::parse(url, tenant) {
        Ok(authority) => check(&authority, tenant),
        Err(error) if tenant.is_none() => assert_repeats_no_password(url, &format!("{error} {error:?}")),
        Err(_) => {}
    }
    if let Ok(endpoint) = Endpoint::parse(url) {
        assert_eq!(endpoint.as_str(), url);
        assert_secure(url);
    }
});

fn check(authority: &Authority, tenant: Option<&str>) {
    assert_eq!(Authority::parse(authority.url(), None).as_ref(), Ok(authority), "what is parsed parses to itself");
    assert_secure(authority.url());
    assert!(!authority.url().ends_with('/') && !authority.url().contains('?'));
    assert_eq!(authority.environment().as_str(), host(authority.url()), "the environment is the host");
    assert_eq!(host(authority.url()), host(authority.url()).to_ascii_lowercase());
    if let Some(tenant) = tenant {
        assert_eq!(authority.realm().as_str(), tenant);
        assert!(authority.url().ends_with(&format!("/{tenant}")));
    }
    let endpoints = authority.known_endpoints();
    assert_eq!(endpoints.is_some(), authority.kind() == AuthorityKind::Entra);
    for endpoint in endpoints.iter().flat_map(|endpoints| [&endpoints.token, &endpoints.device_authorization]) {
        let endpoint = endpoint.as_ref().expect("a template makes a good URL");
        assert_secure(endpoint.as_str());
        assert_eq!(host(endpoint.as_str()), host(authority.url()));
    }
}

/// Text between a colon and an `@` may be a password.
fn assert_repeats_no_password(url: &str, message: &str) {
    const PASSWORD: &str = "canary";
    let is_password = url.split_once('@').is_some_and(|(before, _)| before.contains(PASSWORD));
    assert!(!is_password || !message.contains(PASSWORD), "{message}");
}
