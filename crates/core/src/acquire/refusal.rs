//! What the server has just refused is not asked again: of many processes that find a dead refresh token, one tells the
//! server, and all of them tell what it said.

use zeroize::Zeroizing;

use super::grant::digest_of;
use super::since::Since;
use super::{ClientApplication, Registration, SilentRequest};
use crate::cache::{RefreshTokenEntry, Refusal};
use crate::oauth::{ErrorCode, TokenErrorResponse};
use crate::secret::{self, RefreshToken};
use crate::time::Timestamp;

/// Stands where a server's error code would, when it answered with tokens of somebody else.
const ANSWER_FOR_ANOTHER: &str = "tokcache.answer_for_another";

/// Stands where a server's error code would, when its token was of another type; the type is the description.
const NOT_BEARER: &str = "tokcache.not_bearer";

/// Seconds for which a refusal is remembered, as long as MSAL Python does.
const REMEMBERED: i64 = 60;

impl ClientApplication<'_> {
    /// Remembers a refusal beside the refresh token. Should that fail, the others ask for themselves.
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

    /// Remembers that the answer was for somebody else: the refresh token may have been spent by it, and a provider
    /// that sees it again may end the sign-in.
    pub(super) async fn remember_answer_for_another(&self, spent: &RefreshToken) {
        let response = said(ErrorCode::Other(ANSWER_FOR_ANOTHER.to_owned()), None, None);
        self.note(spent, None, &response).await;
    }

    /// That an answer brought a token of a type that cannot be used, to be noted beside the refresh token that is good
    /// now.
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

/// The token type, if what is remembered is that the token that came was no bearer token.
pub(super) fn refused_token_type(response: &TokenErrorResponse) -> Option<String> {
    (response.error.as_str() == NOT_BEARER).then(|| response.error_description.clone().unwrap_or_default())
}

/// Whether what is remembered is that the answer was for somebody else.
pub(super) fn is_answer_for_another(response: &TokenErrorResponse) -> bool {
    response.error.as_str() == ANSWER_FOR_ANOTHER
}

/// What the server said within the last minute of this refresh token and request. A forced refresh only takes what was
/// said since it began.
pub(super) fn remembered(
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

/// A refusal of which no more is known.
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

/// Tells this client's use of the refresh token at this authority from any other; with a `request`, the use for that: Entra refuses what
/// a policy forbids in the same words as a token that is dead.
fn fingerprint(registration: &Registration, token: &RefreshToken, request: Option<&SilentRequest>) -> String {
    let scopes = request.map(|request| request.scopes.to_target()).unwrap_or_default();
    let claims = request.and_then(|request| request.claims.as_deref()).unwrap_or_default();
    let parameters = request.map(|request| digest_of(&request.parameters)).unwrap_or_default().unwrap_or_default();
    let issuer = registration.issuer();
    let issuer = issuer.identity().unwrap_or_default();
    let use_of_it = [issuer, registration.client_id.as_str(), token.expose(), &scopes, claims, &parameters].join("\n");
    secret::fingerprint(Zeroizing::new(use_of_it).as_bytes())
}
