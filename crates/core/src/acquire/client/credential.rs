use crate::future::BoxFuture;
use crate::oauth::{AssertionSigner, Authority, ClientAuthentication, Endpoints, assertion_audience};
use crate::time::Timestamp;
use crate::types::ClientId;

/// The credential of a client (RFC 6749 §2.3). Requested when a request is sent, never for a cached token.
pub trait Credential: Send + Sync {
    /// Returns the authentication for a request to the endpoints of the context.
    ///
    /// # Errors
    /// The reason for a missing credential, as a sentence for people without secrets.
    fn authentication<'a>(
        &'a self,
        context: &'a CredentialContext<'a>,
    ) -> BoxFuture<'a, Result<ClientAuthentication, String>>;
}

/// The request that a credential is for.
#[derive(Clone, Copy, Debug)]
pub struct CredentialContext<'a> {
    /// The client.
    pub client_id: &'a ClientId,
    /// The authorization server.
    pub authority: &'a Authority,
    /// The endpoints of the server. The issuer or the token endpoint is the audience of an assertion (RFC 7523 §3).
    pub endpoints: &'a Endpoints,
    /// The current time.
    pub now: Timestamp,
}

/// The credential of a public client: none.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoCredential;

impl Credential for NoCredential {
    fn authentication<'a>(
        &'a self,
        _context: &'a CredentialContext<'a>,
    ) -> BoxFuture<'a, Result<ClientAuthentication, String>> {
        Box::pin(std::future::ready(Ok(ClientAuthentication::None)))
    }
}

/// A credential that never changes, such as a client secret.
impl Credential for ClientAuthentication {
    fn authentication<'a>(
        &'a self,
        _context: &'a CredentialContext<'a>,
    ) -> BoxFuture<'a, Result<ClientAuthentication, String>> {
        Box::pin(std::future::ready(Ok(self.clone())))
    }
}

/// A private key (`private_key_jwt`): each request gets a new assertion.
impl Credential for AssertionSigner {
    fn authentication<'a>(
        &'a self,
        context: &'a CredentialContext<'a>,
    ) -> BoxFuture<'a, Result<ClientAuthentication, String>> {
        let signed = || {
            let CredentialContext { client_id, authority, endpoints, now } = context;
            let audience = assertion_audience(authority, endpoints)
                .ok_or_else(|| "the provider has neither an issuer nor a token endpoint".to_owned())?;
            let assertion = self.sign(authority, client_id, audience, *now).map_err(|error| error.to_string())?;
            Ok(ClientAuthentication::Assertion(assertion))
        };
        Box::pin(std::future::ready(signed()))
    }
}
