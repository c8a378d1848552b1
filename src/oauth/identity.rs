//! Who signed in.

use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

use crate::secret::RawIdToken;
use crate::terms::HomeAccountId;

use super::members::Members;

/// Who signed in, by `client_info` and the ID token.
///
/// The ID token's signature is not verified: it came straight from the token endpoint over TLS (OpenID Connect Core
/// §3.1.3.7, item 6).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Identity {
    /// `uid.utid` of `client_info`, else the ID token's `sub`.
    pub home_account_id: HomeAccountId,
    /// `oid`, else `sub`.
    pub local_account_id: Option<String>,
    /// `preferred_username`, else `upn` as in MSAL, else `email`, by which other providers know people; may be empty.
    pub username: String,
    /// `name`.
    pub name: Option<String>,
    /// `tid`: the tenant that issued the token.
    pub tenant: Option<String>,
}

impl Identity {
    /// `None` if neither names anybody. Garbage in one does not spoil the other.
    pub(super) fn read(client_info: Option<&str>, id_token: Option<&str>) -> Option<Identity> {
        let info = client_info.and_then(decode);
        let info = info.as_ref().and_then(|bytes| Members::parse(bytes));
        let payload = id_token.and_then(jwt_payload);
        let claims = payload.as_ref().and_then(|bytes| Members::parse(bytes));
        let claim = |name: &str| claims.as_ref()?.string(name);

        let home = info.and_then(|info| Some(format!("{}.{}", info.string("uid")?, info.string("utid")?)));
        Some(Identity {
            home_account_id: HomeAccountId::new(home.or_else(|| claim("sub"))?),
            local_account_id: claim("oid").or_else(|| claim("sub")),
            username: claim("preferred_username")
                .or_else(|| claim("upn"))
                .or_else(|| claim("email"))
                .unwrap_or_default(),
            name: claim("name"),
            tenant: claim("tid"),
        })
    }
}

/// The `iss` of an ID token as it stands there (OpenID Connect Core §2); `None` if it cannot be decoded.
pub fn issuer_of(id_token: &RawIdToken) -> Option<String> {
    Members::parse(&jwt_payload(id_token.expose())?)?.string("iss")
}

/// The `iss` and `sub` of an ID token, which together name one person and nobody else (OpenID Connect Core §2); `None`
/// if it does not say both.
pub fn issuer_and_subject_of(id_token: &RawIdToken) -> Option<(String, String)> {
    let payload = jwt_payload(id_token.expose())?;
    let claims = Members::parse(&payload)?;
    Some((claims.string("iss")?, claims.string("sub")?))
}

/// `exp` of an access token, should it be a JWT. Clients have no business in access tokens (RFC 9068 §6), so this is
/// for answers that name no lifetime.
pub(super) fn jwt_expiry(token: &str) -> Option<u64> {
    Members::parse(&jwt_payload(token)?)?.seconds("exp")
}

fn jwt_payload(token: &str) -> Option<Zeroizing<Vec<u8>>> {
    let (_header, rest) = token.split_once('.')?;
    let (payload, _signature) = rest.split_once('.')?;
    decode(payload)
}

/// Decodes base64url, with or without padding.
fn decode(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &URL_SAFE,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    LENIENT.decode(text).ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use base64::prelude::{BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD};

    use super::*;

    fn id_token(claims: &str) -> String {
        format!("e30.{}.c2ln", BASE64_URL_SAFE_NO_PAD.encode(claims))
    }

    #[test]
    fn client_info_names_the_home_account() {
        let info = BASE64_URL_SAFE.encode(r#"{"uid":"u","utid":"t"}"#);
        let token = id_token(
            r#"{"sub":"s","oid":"o","tid":"guest","preferred_username":"ann@example.com","name":"Ann","upn":"x"}"#,
        );
        assert_eq!(
            Identity::read(Some(&info), Some(&token)),
            Some(Identity {
                home_account_id: HomeAccountId::new("u.t"),
                local_account_id: Some("o".into()),
                username: "ann@example.com".into(),
                name: Some("Ann".into()),
                tenant: Some("guest".into()),
            })
        );
    }

    #[test]
    fn without_client_info_the_subject_is_the_account() {
        for info in [None, Some(""), Some("!!"), Some("bm90IGpzb24"), Some(&*BASE64_URL_SAFE.encode(r#"{"uid":"u"}"#))]
        {
            let identity = Identity::read(info, Some(&id_token(r#"{"sub":"S-1"}"#))).unwrap();
            assert_eq!(identity.home_account_id.as_str(), "S-1");
            assert_eq!(identity.local_account_id.as_deref(), Some("S-1"));
            assert_eq!(identity.username, "");
        }
    }

    #[test]
    fn garbage_for_an_id_token_does_not_spoil_client_info() {
        let info = BASE64_URL_SAFE.encode(r#"{"uid":"u","utid":"t"}"#);
        for token in [None, Some(""), Some("a.b"), Some("a.!.c"), Some("a.bm9qc29u.c")] {
            let identity = Identity::read(Some(&info), token).unwrap();
            assert_eq!((identity.home_account_id.as_str(), identity.local_account_id), ("u.t", None));
        }
    }

    #[test]
    fn nobody_is_nobody() {
        assert_eq!(Identity::read(None, None), None);
        assert_eq!(Identity::read(None, Some(&id_token(r#"{"name":"Ann"}"#))), None);
    }

    #[test]
    fn usernames_fall_back_to_upn_and_email() {
        let username = |claims| Identity::read(None, Some(&id_token(claims))).unwrap().username;
        assert_eq!(username(r#"{"sub":"s","upn":"u","email":"e"}"#), "u");
        assert_eq!(username(r#"{"sub":"s","email":"e"}"#), "e");
    }

    #[test]
    fn the_expiry_of_a_jwt_is_read_and_of_anything_else_is_not() {
        assert_eq!(jwt_expiry(&id_token(r#"{"exp":1700000000}"#)), Some(1_700_000_000));
        assert_eq!(jwt_expiry("opaque"), None);
    }
}
