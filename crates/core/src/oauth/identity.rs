//! The identity of the user who signed in.

use crate::secret::{RawIdToken, base64url};
use crate::types::HomeAccountId;

use super::claims::Claims;
use super::issuer::is_same;
use super::json::Members;

/// The identity of the user, from `client_info` and the ID token.
///
/// The ID token's signature is not verified, because it came directly from the token endpoint over TLS (OpenID Connect
/// Core §3.1.3.7, item 6).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Identity {
    /// `uid.utid` of `client_info`, else the ID token's `sub`. `None`: only a user name is known.
    pub home_account_id: Option<HomeAccountId>,
    /// The ID token's `sub`.
    pub subject: Option<HomeAccountId>,
    /// `oid`, else `sub`.
    pub local_account_id: Option<String>,
    /// `preferred_username`, else `upn` as in MSAL, else `email`, which other providers use; may be empty.
    pub username: String,
    /// `name`.
    pub name: Option<String>,
    /// `tid`: the tenant that issued the token.
    pub tenant: Option<String>,
}

impl Identity {
    /// Reads the identity. Returns `None` if neither source has one. An invalid source does not affect the other.
    pub(super) fn read(client_info: Option<&str>, id_token: Option<&str>) -> Option<Identity> {
        let info = client_info.and_then(base64url);
        let info = info.as_ref().and_then(|bytes| Members::parse(bytes));
        let claims = id_token.and_then(Claims::read);
        let claim = |name: &str| claims.as_ref()?.text(name);

        let home = info.and_then(|info| Some(format!("{}.{}", info.text("uid")?, info.text("utid")?)));
        let subject = claim("sub").map(HomeAccountId::new);
        let identity = Identity {
            home_account_id: home.map(HomeAccountId::new).or_else(|| subject.clone()),
            subject,
            local_account_id: claim("oid").or_else(|| claim("sub")),
            username: claim("preferred_username")
                .or_else(|| claim("upn"))
                .or_else(|| claim("email"))
                .unwrap_or_default(),
            name: claim("name"),
            tenant: claim("tid"),
        };
        let names_anybody = identity.home_account_id.is_some() || !identity.username.is_empty();
        names_anybody.then_some(identity)
    }
}

/// A single person, identified by an ID token's `iss` and `sub` (OpenID Connect Core §2).
#[derive(Clone, Debug)]
pub struct Person {
    issuer: String,
    subject: String,
}

impl PartialEq for Person {
    fn eq(&self, other: &Self) -> bool {
        self.subject == other.subject && is_same(&self.issuer, &other.issuer)
    }
}

impl Eq for Person {}

/// Returns the person of an ID token; `None` if a claim is missing.
pub fn person_of(id_token: &RawIdToken) -> Option<Person> {
    let claims = Claims::read(id_token.expose())?;
    Some(Person { issuer: claims.text("iss")?, subject: claims.text("sub")? })
}

#[cfg(test)]
mod tests {
    use base64::prelude::{BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD, Engine as _};

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
                home_account_id: Some(HomeAccountId::new("u.t")),
                subject: Some(HomeAccountId::new("s")),
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
            assert_eq!(identity.home_account_id, Some(HomeAccountId::new("S-1")));
            assert_eq!(identity.local_account_id.as_deref(), Some("S-1"));
            assert_eq!(identity.username, "");
        }
    }

    #[test]
    fn garbage_for_an_id_token_does_not_spoil_client_info() {
        let info = BASE64_URL_SAFE.encode(r#"{"uid":"u","utid":"t"}"#);
        for token in [None, Some(""), Some("a.b"), Some("a.!.c"), Some("a.bm9qc29u.c")] {
            let identity = Identity::read(Some(&info), token).unwrap();
            let account = identity.home_account_id.unwrap();
            assert_eq!((account.as_str(), identity.local_account_id), ("u.t", None));
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
}
