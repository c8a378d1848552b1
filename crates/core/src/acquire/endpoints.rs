//! Where to ask: what was named by hand, else what was remembered, else what the provider's metadata say.

use super::{PublicClient, Registration};
use crate::oauth::{self, EndpointKind, Endpoints, RequestError};

impl PublicClient<'_> {
    /// The endpoints, of which all `needed` are there: discovered unless each of those is named, remembered or built in.
    ///
    /// # Errors
    /// [`RequestError::Unsupported`] names the first that is missing; where no endpoint is known at all, the failure
    /// is that of the discovery.
    pub(super) fn endpoints(&self, needed: &[EndpointKind]) -> Result<Endpoints, RequestError> {
        let Registration { authority, endpoints, .. } = &self.registration;
        let known = endpoints.clone().or(authority.known_endpoints().unwrap_or_default());
        if missing(&known, needed).is_none() {
            return Ok(known);
        }
        let unknown: Vec<_> = needed.iter().copied().filter(|kind| known.get(*kind).is_none()).collect();
        let found = match oauth::discover(self.http, authority, &unknown) {
            // A provider whose endpoints are named by hand need not have metadata.
            Err(RequestError::NoMetadata { .. }) if known.is_any_known() => Endpoints::default(),
            found => found?,
        };
        let all = known.or(found);
        match missing(&all, needed) {
            Some(kind) => Err(RequestError::Unsupported { what: kind.name() }),
            None => Ok(all),
        }
    }

    /// Asks at the endpoint `kind`. If nothing is there, and the address is remembered from an earlier sign-in, asks once
    /// more where the provider's metadata say that it is now: what the first address did not take was not spent.
    pub(super) fn ask_at<Answer>(
        &self,
        endpoints: &Endpoints,
        kind: EndpointKind,
        ask: impl Fn(&oauth::Client<'_>) -> Result<Answer, RequestError>,
    ) -> Result<(Answer, Endpoints), RequestError> {
        let gone = match ask(&self.protocol(endpoints)) {
            Ok(answer) => return Ok((answer, endpoints.clone())),
            Err(error) if error.is_of_address() => error,
            Err(error) => return Err(error),
        };
        let Registration { authority, endpoints: remembered, .. } = &self.registration;
        let asked = endpoints.get(kind).filter(|endpoint| endpoint.is_told_by_provider());
        if asked.is_none() || remembered.get(kind) != asked {
            return Err(gone);
        }
        let found = match oauth::discover(self.http, authority, &[kind]) {
            Err(outage) if outage.is_retryable() => return Err(not_sent(outage)),
            Err(_) => return Err(gone),
            Ok(found) => remembered.clone().named_by_hand().or(found),
        };
        if found.get(kind).is_none() || found.get(kind) == asked {
            return Err(gone);
        }
        let answer = ask(&self.protocol(&found));
        // A refusal comes from the right address, too.
        if !answer.as_ref().is_err_and(RequestError::is_of_address) {
            self.observer.endpoints_moved(&found);
        }
        Ok((answer?, found))
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
