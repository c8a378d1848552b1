//! The state of a sign-in that a web app keeps between the authorization request and its response.

use std::fmt;

use serde::Serialize;
use zeroize::Zeroizing;

use super::json::Members;
use crate::secret::{CodeVerifier, Nonce, SecretBuffer, State};
use crate::types::{ClientId, ScopeSet};

/// An authorization request that was sent, and is not answered yet. It belongs to one browser's session, for one
/// response.
#[derive(Clone, Eq, PartialEq)]
pub struct PendingAuthorization {
    /// The URL to send the browser to. The `state` and the `nonce` are in it.
    pub url: String,
    /// The response has to repeat it.
    pub state: State,
    /// The ID token has to repeat it.
    pub nonce: Nonce,
    /// It proves at the token endpoint who sent the request.
    pub code_verifier: CodeVerifier,
    /// The authority that was asked, by its URL: a response of another one is refused (RFC 9700 §4.4).
    pub authority: String,
    /// The client that has asked.
    pub client_id: ClientId,
    /// The URL that the response comes to.
    pub redirect_uri: String,
    /// The scopes that were asked for.
    pub scopes: ScopeSet,
    /// How many seconds ago the person may have signed in last.
    pub max_age: Option<u64>,
    /// The claims that were asked for.
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
    /// Returns the request as JSON, to be kept in a web session. It is secret: whoever reads it can finish the sign-in in
    /// the place of the person. So it belongs into a session on the server, or into a cookie that is encrypted and
    /// authenticated, `HttpOnly` and `Secure`.
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
        // Strings and numbers, written to memory: there is nothing that could fail.
        let _ = serde_json::to_writer(&mut json, &stored);
        json.finish()
    }

    /// Reads what [`serialize`](PendingAuthorization::serialize) has written; `None` if the text is anything else. Take
    /// it out of the session for good: each is for one response.
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
