//! Where to ask: what was named by hand, else what was remembered, else what the provider's metadata say.

use std::ops::ControlFlow;

use super::ClientApplication;
use crate::oauth::{self, EndpointKind, Endpoints, RequestError};

impl ClientApplication<'_> {
    /// Returns the endpoints, with all that are `needed`: discovered unless each of those is named, remembered or built in.
    ///
    /// # Errors
    /// [`RequestError::Unsupported`] names the first that is missing. If no endpoint is known at all, the failure is that of
    /// the discovery.
    pub(super) async fn endpoints(&self, needed: &[EndpointKind]) -> Result<Endpoints, RequestError> {
        let authority = &self.registration.authority;
        let known = self.remembered_endpoints().or(authority.known_endpoints().unwrap_or_default());
        if missing(&known, needed).is_none() {
            return Ok(known);
        }
        let unknown: Vec<_> = needed.iter().copied().filter(|kind| known.get(*kind).is_none()).collect();
        let found = match oauth::discover(self.http, authority, &unknown).await {
            // A provider whose endpoints are named by hand need not have metadata.
            Err(RequestError::NoMetadata { .. }) if known.is_any_known() => Endpoints::default(),
            found => found?,
        };
        self.keep_metadata(&found);
        let all = known.or(found);
        match missing(&all, needed) {
            Some(kind) => Err(RequestError::Unsupported { what: kind.name() }),
            None => Ok(all),
        }
    }

    /// Returns the endpoints and the issuer, as a sign-in by way of the browser needs them. Endpoints that are built in do
    /// not tell the issuer, so that the provider's metadata are read.
    ///
    /// # Errors
    /// As of [`endpoints_after_retries`](Self::endpoints_after_retries), and if the metadata name no issuer.
    pub(super) async fn endpoints_and_issuer(&self, needed: &[EndpointKind]) -> Result<Endpoints, RequestError> {
        let known = self.remembered_endpoints();
        if known.issuer.is_some() && missing(&known, needed).is_none() {
            return Ok(known);
        }
        let (authority, mut tries) = (&self.registration.authority, self.tries());
        let found = loop {
            match oauth::discover(self.http, authority, needed).await {
                Ok(found) => break found,
                Err(failure) => self.wait_to_retry(&mut tries, failure).await?,
            }
        };
        self.keep_metadata(&found);
        let all = known.or(found);
        match missing(&all, needed) {
            Some(kind) => Err(RequestError::Unsupported { what: kind.name() }),
            None if all.issuer.is_none() => Err(RequestError::Unsupported { what: "issuer" }),
            None => Ok(all),
        }
    }

    /// Returns the endpoints that were named by hand, saved at sign-in, or discovered by an earlier call.
    fn remembered_endpoints(&self) -> Endpoints {
        let discovered = self.metadata.and_then(|metadata| metadata.endpoints(self.clock.elapsed()));
        self.registration.endpoints.clone().or(discovered.unwrap_or_default())
    }

    fn keep_metadata(&self, found: &Endpoints) {
        if let Some(metadata) = self.metadata {
            metadata.keep_endpoints(found.clone().told_by_provider(), self.clock.elapsed());
        }
    }

    /// Takes the answer of the endpoint that is asked. If nothing is there, and the address is remembered from an earlier
    /// sign-in, the request goes once more where the provider's metadata say that the endpoint is now (`Continue`): what
    /// the first address did not take was not redeemed.
    pub(super) async fn answered<Answer>(
        &self,
        asking: &mut EndpointRequest,
        answer: Result<Answer, RequestError>,
    ) -> ControlFlow<Result<Answer, RequestError>> {
        if asking.has_moved {
            // A refusal comes from the right address, too.
            if !answer.as_ref().is_err_and(RequestError::is_of_address) {
                self.observer.endpoints_moved(&asking.endpoints);
            }
            return ControlFlow::Break(answer);
        }
        let gone = match answer {
            Err(error) if error.is_of_address() => error,
            answer => return ControlFlow::Break(answer),
        };
        match self.moved(&asking.endpoints, asking.kind, gone).await {
            Ok(found) => {
                (asking.endpoints, asking.has_moved) = (found, true);
                ControlFlow::Continue(())
            }
            Err(error) => ControlFlow::Break(Err(error)),
        }
    }

    /// The endpoints that the provider names now, if that of `kind` has moved; else that it is `gone`.
    async fn moved(
        &self,
        endpoints: &Endpoints,
        kind: EndpointKind,
        gone: RequestError,
    ) -> Result<Endpoints, RequestError> {
        let (authority, remembered) = (&self.registration.authority, self.remembered_endpoints());
        let asked = endpoints.get(kind).filter(|endpoint| endpoint.is_told_by_provider());
        if asked.is_none() || remembered.get(kind) != asked {
            return Err(gone);
        }
        let found = match oauth::discover(self.http, authority, &[kind]).await {
            Err(outage) if outage.is_retryable() => return Err(not_sent(outage)),
            Err(_) => return Err(gone),
            Ok(found) => {
                self.keep_metadata(&found);
                remembered.clone().named_by_hand().or(found)
            }
        };
        if found.get(kind).is_none() || found.get(kind) == asked { Err(gone) } else { Ok(found) }
    }
}

/// A request to an endpoint that may have moved.
pub(super) struct EndpointRequest {
    /// Where to ask.
    pub(super) endpoints: Endpoints,
    kind: EndpointKind,
    has_moved: bool,
}

impl EndpointRequest {
    pub(super) fn at(endpoints: Endpoints, kind: EndpointKind) -> Self {
        EndpointRequest { endpoints, kind, has_moved: false }
    }
}

fn missing(endpoints: &Endpoints, needed: &[EndpointKind]) -> Option<EndpointKind> {
    needed.iter().copied().find(|kind| endpoints.get(*kind).is_none())
}

/// The failure of a discovery: however far it had come, nothing that is secret had left.
pub(super) fn not_sent(error: RequestError) -> RequestError {
    match error {
        RequestError::Unavailable { message, retry_after, status, .. } => {
            RequestError::Unavailable { message, stage: oauth::Stage::NotSent, retry_after, status }
        }
        error => error,
    }
}
