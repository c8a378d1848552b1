//! A header, claims and a key set, one a line, of which the first two are signed here; or a token. An accepted token is
//! signed by a key of the set, and its claims equal those of a simple parser.

#![no_main]

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use libfuzzer_sys::fuzz_target;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, value::RawValue};
use tokcache_core::oauth::{Expectation, IdTokenError, JwkSet, VerifiedClaims, verify_id_token};
use tokcache_core::secret::{Nonce, RawIdToken};
use tokcache_core::time::Timestamp;
use tokcache_core::types::ClientId;
use tokcache_fuzz::json::Object;

const NOW: i64 = 1_700_000_000;
const SKEW: f64 = 60.0;
const ISSUER: &str = "https://idp.example.com";
const CLIENT: &str = "app";
const NONCE: &str = "canary";

fuzz_target!(|input: &str| {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("a good seed");
    let x = BASE64_URL_SAFE_NO_PAD.encode(pair.public_key());
    let own = format!(r#"{{"keys":[{{"kty":"OKP","crv":"Ed25519","kid":"k","x":"{x}"}}]}}"#);
    if !input.starts_with('{') {
        let error = verify(input, &own).expect_err("nobody has signed it");
        assert!(!format!("{error} {error:?}").contains(NONCE));
        return;
    }
    let mut lines = input.splitn(3, '\n');
    let mut line = || lines.next().unwrap_or_default();
    let (header, claims) = (line(), line());
    let document = line().replace("OUR_X", &x);
    let document = if document.is_empty() { &own } else { &document };
    let signed = [header, claims].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part)).join(".");
    let signature = BASE64_URL_SAFE_NO_PAD.encode(pair.sign(signed.as_bytes()));
    let token = format!("{signed}.{signature}");
    let verified = verify(&token, document);
    if let Ok(verified) = &verified {
        let header = object(header).expect("the header is an object");
        let alg = header.string("alg").expect("an algorithm");
        assert!(["EdDSA", "Ed25519"].contains(&alg.as_str()));
        assert!(header.raw("crit").is_none());
        assert!(has_key(document, &x, header.string("kid").as_deref()));
        check(verified, claims);
        let flipped = format!("{signed}.{}", if signature.starts_with('A') { "B" } else { "A" }) + &signature[1..];
        assert_eq!(verify(&flipped, document).err(), Some(IdTokenError::BadSignature));
    }
});

fn verify(token: &str, document: &str) -> Result<VerifiedClaims, IdTokenError> {
    let keys = JwkSet::parse(document.as_bytes()).unwrap_or_default();
    let expected = Expectation {
        issuer: ISSUER,
        client_id: &ClientId::new(CLIENT),
        nonce: Some(&Nonce::new(NONCE)),
        max_age: None,
        access_token: None,
        code: None,
        algorithms: None,
        now: Timestamp(NOW),
        skew: SKEW as u32,
    };
    verify_id_token(&RawIdToken::new(token), &keys, &expected)
}

/// Returns the object if its names are distinct.
fn object(text: &str) -> Option<Object<'_>> {
    let object = Object::parse(text)?;
    let is_repeated = |(at, (name, _)): (usize, &(tokcache_fuzz::json::Name, &str))| {
        object.0[..at].iter().any(|(other, _)| other.text == name.text)
    };
    let has_repeated = object.0.iter().enumerate().any(is_repeated);
    (!has_repeated).then_some(object)
}

fn has_key(document: &str, x: &str, kid: Option<&str>) -> bool {
    let document = object(document).expect("an object");
    let keys: Vec<&RawValue> = serde_json::from_str(document.raw("keys").expect("keys")).expect("a list");
    keys.iter().filter_map(|key| object(key.get())).any(|key| {
        key.string("x").as_deref() == Some(x)
            && key.string("kty").as_deref() == Some("OKP")
            && key.string("crv").as_deref() == Some("Ed25519")
            && (key.raw("use").is_none() || key.string("use").as_deref() == Some("sig"))
            && (kid.is_none() || key.string("kid").as_deref() == kid)
    })
}

fn check(verified: &VerifiedClaims, claims: &str) {
    let claims = object(claims).expect("claims that say one thing");
    assert_eq!(claims.string("iss").map(|iss| iss.trim_end_matches('/').to_owned()).as_deref(), Some(ISSUER));
    assert_eq!(claims.string("nonce").as_deref(), Some(NONCE));
    assert_eq!(claims.string("sub").as_deref(), Some(verified.subject.as_str()));
    let value = |name: &str| serde_json::from_str::<Value>(claims.raw(name)?).ok();
    match value("aud").expect("an audience") {
        Value::String(audience) => assert_eq!(audience, CLIENT),
        Value::Array(audiences) => {
            assert!(audiences.contains(&CLIENT.into()));
            assert!(audiences.len() == 1 || claims.string("azp").as_deref() == Some(CLIENT));
        }
        other => panic!("{other}"),
    }
    let number = |name| value(name)?.as_f64();
    let now = NOW as f64;
    assert!(number("exp").expect("an expiry") > now - SKEW);
    assert!(number("iat").expect("an issue") < now + SKEW + 1.0);
    assert!(claims.raw("nbf").is_none() || number("nbf").expect("a number") < now + SKEW + 1.0);
}
