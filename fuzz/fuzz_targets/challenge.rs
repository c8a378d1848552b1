//! The `WWW-Authenticate` header of a resource server.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tokcache_core::oauth::Challenge;
use tokcache_fuzz::json::Object;

fuzz_target!(|header: &str| {
    let Ok(challenge) = Challenge::parse(header) else { return };
    assert!(challenge.claims.as_ref().is_none_or(|claims| Object::parse(claims).is_some()));
    assert_eq!(Challenge::parse(&written(&challenge)).as_ref(), Ok(&challenge), "what is written is read");
});

/// Writes the challenge behind one of another scheme.
fn written(challenge: &Challenge) -> String {
    let scope = challenge.scopes.to_string();
    let members = [
        ("error", challenge.error.as_deref()),
        ("scope", Some(scope.as_str())),
        ("resource", challenge.resource.as_deref()),
        ("claims", challenge.claims.as_deref()),
    ];
    let quoted = |text: &str| text.replace('\\', r"\\").replace('"', "\\\"");
    let members: Vec<_> =
        members.iter().filter_map(|(name, value)| Some(format!("{name}=\"{}\"", quoted((*value)?)))).collect();
    format!("Negotiate YIIB+/==, Bearer {}", members.join(", "))
}
