//! The state of a web app's sign-in between the authorization request and its response.

use std::fmt;

use serde::Serialize;
use zeroize::Zeroizing;

use super::json::Members;
use crate::secret::{CodeVerifier, Nonce, SecretBuffer, State};
use crate::types::{ClientId, ScopeSet};

/// An authorization request without a response yet. It belongs to one browser session and one response.
#[derive(Clone, Eq, PartialEq)]
pub struct PendingAuthorization {
    /// The URL to redirect the browser to. It contains the `state` and the `nonce`.
    pub url: String,
    /// The value that the response must repeat.
    pub state: State,
    /// The value that the ID token must repeat.
    pub nonce: Nonce,
    /// The proof for the token endpoint that this client sent the request.
    pub code_verifier: CodeVerifier,
    /// The URL of the authority. A response of another authority is refused (RFC 9700 §4.4).
    pub authority: String,
    /// The client of the request.
    pub client_id: ClientId,
    /// The address of the response.
    pub redirect_uri: String,
    /// The requested scopes.
    pub scopes: ScopeSet,
    /// The maximum age of the person's last sign-in in seconds.
    pub max_age: Option<u64>,
    /// The requested claims.
    pub claims: Option<String>,
    /// The further parameters.
    pub parameters: Vec<(String, String)>,
}

#[derive(Serialize)]
struct Stored<'a> {
    url: &'a str,
    state: &'a str,
    nonce: &'a str,
    code_verifier: &'a str,
    authority: &'a str,
    client_id: &'a str,
    redirect_uri: &'a str,
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_age: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    claims: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    parameters: &'a [(String, String)],
}

impl PendingAuthorization {
    /// Returns the request as JSON, for a web session. It is secret: an attacker who reads it can finish the sign-in in
    /// the person's place. Store it in a session on the server, or in an encrypted and authenticated cookie with
    /// `HttpOnly` and `Secure`.
    pub fn serialize(&self) -> Zeroizing<String> {
        let stored = Stored {
            url: &self.url,
            state: self.state.expose(),
            nonce: self.nonce.expose(),
            code_verifier: self.code_verifier.expose(),
            authority: &self.authority,
            client_id: self.client_id.as_str(),
            redirect_uri: &self.redirect_uri,
            scope: self.scopes.to_string(),
            max_age: self.max_age,
            claims: self.claims.as_deref(),
            parameters: &self.parameters,
        };
        let mut json = SecretBuffer::with_capacity(1024);
        // Writing strings and numbers to memory cannot fail.
        let _ = serde_json::to_writer(&mut json, &stored);
        json.finish()
    }

    /// Parses the result of [`serialize`](PendingAuthorization::serialize); `None` for any other text. Remove it from
    /// the session: each request is for one response.
    pub fn deserialize(json: &str) -> Option<PendingAuthorization> {
        let members = Members::parse(json.as_bytes())?;
        Some(PendingAuthorization {
            url: members.string("url")?,
            state: members.secret("state")?,
            nonce: members.secret("nonce")?,
            code_verifier: members.secret("code_verifier")?,
            authority: members.string("authority")?,
            client_id: ClientId::new(members.string("client_id")?),
            redirect_uri: members.string("redirect_uri")?,
            scopes: members.scopes("scope").unwrap_or_default(),
            max_age: members.seconds("max_age"),
            claims: members.string("claims"),
            parameters: members.read("parameters").unwrap_or_default(),
        })
    }
}

impl fmt::Debug for PendingAuthorization {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PendingAuthorization")
            .field("authority", &self.authority)
            .field("client_id", &self.client_id)
            .field("redirect_uri", &self.redirect_uri)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pending() -> PendingAuthorization {
        PendingAuthorization {
            url: "https://idp.example.com/authorize?state=canary1&nonce=canary2".to_owned(),
            state: State::new("canary1"),
            nonce: Nonce::new("canary2"),
            code_verifier: CodeVerifier::new("canary3"),
            authority: "https://idp.example.com".to_owned(),
            client_id: ClientId::new("app"),
            redirect_uri: "https://app.example.com/cb".to_owned(),
            scopes: ScopeSet::parse("openid read"),
            max_age: Some(60),
            claims: Some(r#"{"id_token":{"acr":null}}"#.to_owned()),
            parameters: vec![("resource".to_owned(), "https://a".to_owned()), ("resource".to_owned(), "b".to_owned())],
        }
    }

    #[test]
    fn what_was_kept_is_read_back() {
        let plain = PendingAuthorization { max_age: None, claims: None, parameters: Vec::new(), ..pending() };
        let scopeless = PendingAuthorization { scopes: ScopeSet::default(), ..pending() };
        for pending in [pending(), plain, scopeless] {
            assert_eq!(PendingAuthorization::deserialize(&pending.serialize()), Some(pending));
        }
    }

    #[test]
    fn anything_else_is_none() {
        for text in ["", "{}", "[]", r#"{"state":"a","nonce":"b"}"#, &pending().serialize()[1..]] {
            assert_eq!(PendingAuthorization::deserialize(text), None, "{text}");
        }
        for member in ["state", "nonce", "code_verifier", "authority", "client_id"] {
            let without = pending().serialize().replace(&format!("\"{member}\":"), "\"x\":");
            assert_eq!(PendingAuthorization::deserialize(&without), None, "{member}");
        }
    }

    #[test]
    fn it_prints_without_its_secrets() {
        assert!(!format!("{:?}", pending()).contains("canary"));
    }
}
