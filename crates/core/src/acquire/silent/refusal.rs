//! Remembers a refusal, so that the same request is not sent again: of many processes with a dead refresh token, one
//! sends it, and all report the refusal.

use zeroize::Zeroizing;

use super::since::Since;
use crate::acquire::grant::digest_of;
use crate::acquire::{ClientApplication, Registration, SilentRequest};
use crate::cache::{RefreshTokenEntry, Refusal};
use crate::oauth::{ErrorCode, TokenErrorResponse};
use crate::secret::{self, RefreshToken};
use crate::time::Timestamp;

/// The error code for an answer with another user's tokens.
const ANSWER_FOR_ANOTHER: &str = "tokcache.answer_for_another";

/// The error code for a token of another type, which is then the description.
const NOT_BEARER: &str = "tokcache.not_bearer";

/// How many seconds a refusal is remembered, as in MSAL Python.
const REMEMBERED: i64 = 60;

impl ClientApplication<'_> {
    /// Remembers a refusal beside the refresh token. If that fails, the other processes send their own requests.
    pub(super) async fn remember_refusal(
        &self,
        request: &SilentRequest,
        refused: &RefreshToken,
        response: &TokenErrorResponse,
    ) {
        let is_entra_like = self.registration.authority.kind().is_entra_like();
        let is_dead = response.error == ErrorCode::InvalidGrant && !is_entra_like || response.kills_refresh_token();
        self.note(refused, (!is_dead).then_some(request), response).await;
    }

    /// Remembers that the answer was for another user. The refresh token may have been redeemed, and a provider that
    /// gets it again may end the sign-in.
    pub(super) async fn remember_answer_for_another(&self, spent: &RefreshToken) {
        let response = said(ErrorCode::Other(ANSWER_FOR_ANOTHER.to_owned()), None, None);
        self.note(spent, None, &response).await;
    }

    /// Returns the refusal for a token of an unusable type, to be stored beside the refresh token that is valid now.
    pub(super) fn refusal_of_token_type(&self, newest: &RefreshToken, token_type: &str) -> Refusal {
        Refusal {
            refused_on: self.clock.now(),
            fingerprint: fingerprint(&self.registration, newest, None),
            error: NOT_BEARER.to_owned(),
            error_description: Some(token_type.to_owned()),
            suberror: None,
        }
    }

    async fn note(&self, refused: &RefreshToken, request: Option<&SilentRequest>, response: &TokenErrorResponse) {
        let refusal = Refusal {
            refused_on: self.clock.now(),
            fingerprint: fingerprint(&self.registration, refused, request),
            error: response.error.as_str().to_owned(),
            error_description: response.error_description.clone(),
            suberror: response.suberror.clone(),
        };
        let issuer = self.registration.issuer();
        let _ = self.update_cache(&mut |cache| cache.note_refusal(&issuer, refused, &refusal)).await;
    }
}

/// Returns the token type, if the remembered refusal is about a token other than a bearer token.
pub(in crate::acquire) fn refused_token_type(response: &TokenErrorResponse) -> Option<String> {
    (response.error.as_str() == NOT_BEARER).then(|| response.error_description.clone().unwrap_or_default())
}

/// Whether the remembered refusal is about an answer for another user.
pub(in crate::acquire) fn is_answer_for_another(response: &TokenErrorResponse) -> bool {
    response.error.as_str() == ANSWER_FOR_ANOTHER
}

/// Returns the refusal of this refresh token and request within the last minute. A forced refresh accepts only a
/// refusal since it began.
pub(in crate::acquire) fn remembered(
    registration: &Registration,
    entry: &RefreshTokenEntry,
    request: &SilentRequest,
    now: Timestamp,
    since: Option<Since<'_>>,
) -> Option<Box<TokenErrorResponse>> {
    let refusal = entry.refusal.as_ref()?;
    let is_recent = (0..REMEMBERED).contains(&now.seconds_since(refusal.refused_on));
    let is_new_enough = !request.force_refresh || since.is_some_and(|since| refusal.refused_on >= since.at);
    let is_this = |request| refusal.fingerprint == fingerprint(registration, &entry.secret, request);
    (is_recent && is_new_enough && (is_this(None) || is_this(Some(request)))).then(|| {
        let error = ErrorCode::from(refusal.error.clone());
        Box::new(said(error, refusal.error_description.clone(), refusal.suberror.clone()))
    })
}

/// Returns a refusal with only these facts.
fn said(error: ErrorCode, error_description: Option<String>, suberror: Option<String>) -> TokenErrorResponse {
    TokenErrorResponse {
        error,
        error_description,
        error_codes: Vec::new(),
        suberror,
        claims: None,
        correlation_id: None,
        status: 400,
    }
}

/// Returns a digest of this client's use of the refresh token at this authority. With a `request`, the digest is
/// specific to it, because Entra's refusals by a policy look like those of a dead token.
fn fingerprint(registration: &Registration, token: &RefreshToken, request: Option<&SilentRequest>) -> String {
    let scopes = request.map(|request| request.scopes.to_target()).unwrap_or_default();
    let claims = request.and_then(|request| request.claims.as_deref()).unwrap_or_default();
    let parameters = request.map(|request| digest_of(&request.parameters)).unwrap_or_default().unwrap_or_default();
    let issuer = registration.issuer();
    let issuer = issuer.identity().unwrap_or_default();
    let use_of_it = [issuer, registration.client_id.as_str(), token.expose(), &scopes, claims, &parameters].join("\n");
    secret::fingerprint(Zeroizing::new(use_of_it).as_bytes())
}
