use crate::future::BoxFuture;
use crate::oauth::{ClientAuthentication, Endpoints};
use crate::time::Timestamp;
use crate::types::ClientId;

/// The credential of a client (RFC 6749 §2.3). A client asks for it when it sends a request, and never for a cached token.
pub trait Credential: Send + Sync {
    /// Returns how to authenticate a request to the endpoints of the context.
    ///
    /// # Errors
    /// A sentence for a person that says why there is no credential. It holds no secret.
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
    /// The endpoints of the provider, whose issuer or token endpoint is the audience of an assertion (RFC 7523 §3).
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
