use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};

/// Parameters of the protocol, and those that entries store anyway. They do not distinguish tokens.
const EXCLUDED: [&str; 22] = [
    "assertion",
    "claims",
    "client_assertion",
    "client_assertion_type",
    "client_id",
    "client_info",
    "client_secret",
    "code",
    "code_verifier",
    "device_code",
    "grant_type",
    "key_id",
    "password",
    "redirect_uri",
    "refresh_token",
    "req_cnf",
    "requested_token_use",
    "scope",
    "token_type",
    "user_federated_identity_credential",
    "user_id",
    "username",
];

/// Returns the digest by which the MSAL schema distinguishes tokens that were requested with extra body parameters;
/// `None` without such parameters.
///
/// The algorithm is that of MSAL Python and Go: the names and values in the order of the names, each preceded by its
/// length in bytes, so that `ab=c` and `a=bc` differ; SHA-256; base64url without padding, in lower case.
pub fn ext_cache_key(parameters: &[(&str, &str)]) -> Option<String> {
    let counts = |(name, value): &&(&str, &str)| !value.is_empty() && !EXCLUDED.contains(name);
    let mut extra: Vec<_> = parameters.iter().filter(counts).collect();
    extra.sort_unstable();
    let text: String =
        extra.iter().map(|(name, value)| format!("{}:{name}{}:{value}", name.len(), value.len())).collect();
    (!text.is_empty()).then(|| URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes())).to_ascii_lowercase())
}
