//! Determines the endpoints: those that the user named, else the saved ones, else those in the provider's metadata.

use std::ops::ControlFlow;

use crate::acquire::ClientApplication;
use crate::oauth::{self, EndpointKind, Endpoints, RequestError};

impl ClientApplication<'_> {
    /// Returns the endpoints, including all `needed` ones. Discovers them unless each is named, saved or built in.
    ///
    /// # Errors
    /// [`RequestError::Unsupported`] names the first that is missing. If no endpoint is known at all, the failure is that of
    /// the discovery.
    pub(in crate::acquire) async fn endpoints(&self, needed: &[EndpointKind]) -> Result<Endpoints, RequestError> {
        let built_in = self.registration.authority.known_endpoints();
        let known = self.remembered_endpoints().or(built_in.unwrap_or_default());
        if missing(&known, needed).is_none() {
            return Ok(known);
        }
        self.discovered(known, needed).await
    }

    /// Returns the endpoints and the issuer, as a sign-in through the browser needs them. Built-in endpoints do not
    /// include the issuer, so the provider's metadata are read.
    ///
    /// # Errors
    /// Like [`endpoints_after_retries`](Self::endpoints_after_retries), and if the metadata name no issuer.
    pub(in crate::acquire) async fn endpoints_and_issuer(
        &self,
        needed: &[EndpointKind],
    ) -> Result<Endpoints, RequestError> {
        let known = self.remembered_endpoints();
        if known.issuer.is_some() && missing(&known, needed).is_none() {
            return Ok(known);
        }
        let mut tries = self.tries();
        let all = loop {
            match self.discovered(known.clone(), needed).await {
                Ok(all) => break all,
                Err(failure) => self.wait_to_retry(&mut tries, failure).await?,
            }
        };
        if all.issuer.is_none() {
            return Err(RequestError::Unsupported { what: "issuer" });
        }
        Ok(all)
    }

    /// Returns the `known` endpoints, and the others from the provider's metadata.
    async fn discovered(&self, known: Endpoints, needed: &[EndpointKind]) -> Result<Endpoints, RequestError> {
        if let (true, Some(kind)) = (known.is_complete, missing(&known, needed)) {
            return Err(RequestError::Unsupported { what: kind.name() });
        }
        if known.is_complete {
            return Ok(known);
        }
        let unknown: Vec<_> = needed.iter().copied().filter(|kind| known.get(*kind).is_none()).collect();
        let found = match oauth::discover(self.http, &self.registration.authority, &unknown).await {
            // If the user has named endpoints, the provider need not have metadata.
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

    /// Returns the endpoints that the user named, a sign-in saved, or an earlier call discovered.
    fn remembered_endpoints(&self) -> Endpoints {
        let discovered = self.metadata.and_then(|metadata| metadata.endpoints(self.clock.elapsed()));
        self.registration.endpoints.clone().or(discovered.unwrap_or_default())
    }

    fn keep_metadata(&self, found: &Endpoints) {
        if let Some(metadata) = self.metadata {
            metadata.keep_endpoints(found.clone().told_by_provider(), self.clock.elapsed());
        }
    }

    /// Processes the answer of an endpoint. If the endpoint does not exist and its address was saved by an earlier
    /// sign-in, the request is repeated at the address in the provider's metadata (`Continue`): the first address has
    /// redeemed nothing.
    pub(in crate::acquire) async fn answered<Answer>(
        &self,
        asking: &mut EndpointRequest,
        answer: Result<Answer, RequestError>,
    ) -> ControlFlow<Result<Answer, RequestError>> {
        if asking.has_moved {
            // A refusal also shows that the address is right.
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

    /// Returns the endpoints in the provider's current metadata if that of `kind` has moved; otherwise the error
    /// `gone`.
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
pub(in crate::acquire) struct EndpointRequest {
    /// The current endpoints.
    pub(in crate::acquire) endpoints: Endpoints,
    kind: EndpointKind,
    has_moved: bool,
}

impl EndpointRequest {
    pub(in crate::acquire) fn at(endpoints: Endpoints, kind: EndpointKind) -> Self {
        EndpointRequest { endpoints, kind, has_moved: false }
    }
}

fn missing(endpoints: &Endpoints, needed: &[EndpointKind]) -> Option<EndpointKind> {
    needed.iter().copied().find(|kind| endpoints.get(*kind).is_none())
}

/// Returns the failure of a discovery. No secret was sent, however far the discovery came.
pub(in crate::acquire) fn not_sent(error: RequestError) -> RequestError {
    match error {
        RequestError::Unavailable { message, retry_after, status, .. } => {
            RequestError::Unavailable { message, stage: oauth::Stage::NotSent, retry_after, status }
        }
        error => error,
    }
}
