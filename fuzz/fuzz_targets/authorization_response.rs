//! The query of a redirect URI, as the answer to an authorization request: it grants only what a plain reading grants, and
//! no error repeats what was sent in secret.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tokcache_core::oauth::{
    Authority, AuthorizationError, AuthorizationResponse, ClientAuthentication, ClientContext, Endpoints,
    PendingAuthorization,
};
use tokcache_core::secret::{CodeVerifier, Nonce, State};
use tokcache_core::types::{ClientId, ScopeSet};

const ISSUER: &str = "https://idp.example.com";
/// Stand in what is secret, and in `fuzz/url.dict`.
const STATE: &str = "canary-state";
const NONCE: &str = "canary-nonce";

fuzz_target!(|query: &str| {
    let client = ClientContext {
        client_id: &ClientId::new("app"),
        authentication: &ClientAuthentication::None,
        authority: &Authority::parse(ISSUER, None).expect("a good URL"),
        endpoints: &Endpoints { issuer: Some(ISSUER.to_owned()), ..Endpoints::default() },
        capabilities: &[],
    };
    let pending = PendingAuthorization {
        url: String::new(),
        state: State::new(STATE),
        nonce: Nonce::new(NONCE),
        code_verifier: CodeVerifier::new("canary-verifier"),
        authority: ISSUER.to_owned(),
        client_id: ClientId::new("app"),
        redirect_uri: "https://app.example.com/cb".to_owned(),
        scopes: ScopeSet::default(),
        max_age: None,
        claims: None,
        parameters: Vec::new(),
    };
    let plain = plain(query);
    match AuthorizationResponse::parse(query, client, &pending) {
        Ok(response) => assert_eq!(Some(response.code.expose()), granted(&plain.expect("it can be read"))),
        Err(error) => {
            assert_eq!(plain.as_deref().and_then(granted), None, "{error}");
            let told = format!("{error} {error:?}");
            assert!(!told.contains(STATE) && !told.contains(NONCE) && !told.contains("canary-verifier"), "{told}");
            if let AuthorizationError::Refused(refusal) = error {
                let texts = [refusal.error_description.as_deref(), refusal.error_uri.as_deref()];
                assert!(texts.into_iter().flatten().all(|text| text.len() <= 4096));
            }
        }
    }
});

/// The code of a response that grants.
fn granted(parameters: &[(String, String)]) -> Option<&str> {
    let get = |name: &str| {
        let value = parameters.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str());
        value.filter(|value| !value.is_empty())
    };
    let is_ours = get("state") == Some(STATE) && get("iss").is_none_or(|iss| iss == ISSUER) && get("error").is_none();
    get("code").filter(|_| is_ours)
}

/// The parameters; `None` if one is there twice, or they are not in UTF-8.
fn plain(query: &str) -> Option<Vec<(String, String)>> {
    let mut parameters: Vec<(String, String)> = Vec::new();
    for pair in query.strip_prefix('?').unwrap_or(query).split('&') {
        if pair.is_empty() {
            continue;
        }
        let mut sides = pair.splitn(2, '=');
        let name = decoded(sides.next()?)?;
        let value = decoded(sides.next().unwrap_or_default())?;
        if parameters.iter().any(|(own, _)| *own == name) {
            return None;
        }
        parameters.push((name, value));
    }
    Some(parameters)
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digit = |at: usize| after.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        let (byte, used) = match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => ((16 * high + low) as u8, 2),
            (b'+', ..) => (b' ', 0),
            _ => (first, 0),
        };
        bytes.push(byte);
        rest = &after[used..];
    }
    String::from_utf8(bytes).ok()
}
