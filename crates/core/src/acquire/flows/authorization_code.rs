//! The authorization code grant (RFC 6749 §4.1, OpenID Connect Core §3.1): the browser goes to the provider and returns
//! with a code, to a web app or to this machine (RFC 8252).

use zeroize::Zeroizing;

use super::sign_in::{OFFLINE_ACCESS, SignInRequest};
use crate::acquire::{AcquireError, ClientApplication, ConfidentialClient, PublicClient, SignInGrant, SignedIn};
use crate::oauth::{
    AuthorizationCodeRequest, AuthorizationRequest, AuthorizationResponse, EndSessionRequest, EndpointKind, Endpoints,
    Expectation, IdTokenError, JwkSet, JwksRequest, PendingAuthorization, PushedAuthorizationRequest, RequestError,
    ResponseMode, TokenResponse, verify_id_token,
};
use crate::secret::AuthorizationCode;
use crate::store::Partition;
use crate::types::{HomeAccountId, RESERVED_SCOPES, ScopeSet};

/// The tolerated difference of the provider's clock in seconds.
const TOLERATED_SKEW: u32 = 120;

/// The endpoints that a sign-in needs.
const NEEDED: [EndpointKind; 3] = [EndpointKind::Authorization, EndpointKind::Token, EndpointKind::Jwks];

/// A request for a sign-in through the browser.
#[derive(Clone, Debug, Default)]
pub struct AuthorizationCodeSignIn {
    /// The app's URL that the browser returns to. It must be registered at the provider.
    pub redirect_uri: String,
    /// The scopes to consent to. `openid profile offline_access` are added.
    pub scopes: ScopeSet,
    /// Whether `offline_access` is not added. Without it, most providers give no refresh token.
    pub without_offline_access: bool,
    /// The form of the response. `None` leaves it to the provider, whose default is a query.
    pub response_mode: Option<ResponseMode>,
    /// `prompt` (OpenID Connect Core §3.1.2.1): `login`, `consent` or `select_account`.
    pub prompt: Option<String>,
    /// The user name, if the app knows it.
    pub login_hint: Option<String>,
    /// The maximum age of the user's last sign-in in seconds.
    pub max_age: Option<u64>,
    /// A claims request, JSON (OpenID Connect Core §5.5).
    pub claims: Option<String>,
    /// Further parameters, such as `domain_hint` or `resource` (RFC 8707).
    pub parameters: Vec<(String, String)>,
    /// Whether the request is pushed to the provider (RFC 9126). It is in any case if the provider's metadata require it.
    pub is_pushed: bool,
    /// Whether the sign-in is for a protected resource that has named the authorization server ([`SignInRequest::resource`]).
    pub is_for_resource: bool,
}

impl ConfidentialClient {
    /// Begins a sign-in. Returns the URL to redirect the browser to, and the data that the browser's session has to
    /// keep until the browser returns ([`PendingAuthorization::serialize`]).
    ///
    /// # Errors
    /// [`AcquireError::Unavailable`], [`AcquireError::WrongAuthority`] or [`AcquireError::Unsupported`] if the provider's
    /// endpoints cannot be found.
    pub async fn begin_sign_in(&self, request: &AuthorizationCodeSignIn) -> Result<PendingAuthorization, AcquireError> {
        let application = self.application(Partition::whole());
        let endpoints = application.endpoints_and_issuer(&NEEDED).await;
        application.start_authorization(&endpoints.map_err(AcquireError::from_request)?, request).await
    }

    /// Finishes a sign-in: checks the response, redeems the code, verifies the ID token, and saves the tokens in the
    /// user's cache. `response` is the query of the redirect URI, or the form that was posted to it, as it was
    /// received. Remove `pending` from the session first, so that it is used only once.
    ///
    /// Afterwards, give the browser a new session (against session fixation), and store the account's `home_account_id`
    /// in it.
    ///
    /// # Errors
    /// [`AcquireError::AuthorizationResponse`] if the response does not belong to this request, or is a refusal;
    /// [`AcquireError::IdToken`] if the ID token does not prove who has signed in; [`AcquireError::SignInRefused`] if
    /// the provider does not accept the code; [`AcquireError::Store`] if the tokens could not be saved.
    pub async fn finish_sign_in(
        &self,
        pending: &PendingAuthorization,
        response: &str,
    ) -> Result<SignedIn, AcquireError> {
        let application = self.application(Partition::whole());
        let endpoints = application.endpoints_and_issuer(&NEEDED).await;
        let endpoints = endpoints.map_err(AcquireError::from_request)?;
        let code = application.authorization_code(&endpoints, pending, response)?;
        let tokens = application.redeem_code(&endpoints, pending, &code).await?;
        let user = application.verified(&endpoints, pending, &code, &tokens).await.and_then(|()| {
            let identity = tokens.identity.as_ref();
            identity.and_then(|identity| identity.home_account_id.clone()).ok_or(AcquireError::NoIdToken)
        });
        let user = match user {
            Ok(user) => user,
            Err(error) => {
                application.revoke_unsaved(&endpoints, tokens.refresh_token.as_ref()).await;
                return Err(error);
            }
        };
        self.of_user(&user).record_authorization(endpoints, pending, tokens, SignInRequest::default()).await
    }

    /// Returns the URL that ends the user's session at the provider (OpenID Connect RP-Initiated Logout). Redirect the
    /// browser to it after [`sign_out`](Self::sign_out). `None`: the provider has no such endpoint. The URL contains
    /// the user's ID token, so that the provider does not ask the user; do not log it.
    ///
    /// # Errors
    /// [`AcquireError::Store`] if the user's cache cannot be read, and those of the provider's metadata.
    pub async fn end_session_url(
        &self,
        user: &HomeAccountId,
        post_logout_redirect_uri: Option<&str>,
        state: Option<&str>,
    ) -> Result<Option<Zeroizing<String>>, AcquireError> {
        let application = self.of_user(user);
        let cache = application.load_cache().await?;
        let endpoints = match application.endpoints(&[EndpointKind::EndSession]).await {
            Ok(endpoints) => endpoints,
            Err(RequestError::Unsupported { .. }) => return Ok(None),
            Err(error) => return Err(AcquireError::from_request(error)),
        };
        let id_tokens = cache.id_tokens(&self.registration.issuer(), user, &self.registration.client_id);
        let request = EndSessionRequest {
            client: application.context(&endpoints),
            id_token_hint: id_tokens.last(),
            logout_hint: None,
            post_logout_redirect_uri,
            state,
            parameters: &[],
        };
        request.url().map(Some).map_err(AcquireError::from_request)
    }
}

impl PublicClient<'_> {
    /// Begins a sign-in through the browser of this machine. Open the URL of the result, and wait for the response at the
    /// redirect URI: a loopback address (RFC 8252 §7.3), such as that of `tokcache_http::LoopbackListener`.
    ///
    /// # Errors
    /// Like [`sign_in_by_device_code`](Self::sign_in_by_device_code), before the person signs in.
    pub async fn begin_sign_in(&self, request: &AuthorizationCodeSignIn) -> Result<PendingAuthorization, AcquireError> {
        self.ensure_room_for_sign_in().await?;
        self.start_authorization(&self.browser_endpoints().await?, request).await
    }

    /// Finishes a sign-in: checks the response, redeems the code, verifies the ID token if there is one, and saves the
    /// tokens. `response` is the query of the redirect URI, or the form that was posted to it, as it was received. The
    /// scopes, claims and parameters of `request` are ignored: those of `pending` count.
    ///
    /// # Errors
    /// [`AcquireError::AuthorizationResponse`] if the response does not belong to `pending`, or is a refusal;
    /// [`AcquireError::IdToken`] if the ID token does not prove who has signed in; otherwise like
    /// [`sign_in_by_device_code`](Self::sign_in_by_device_code).
    pub async fn finish_sign_in(
        &self,
        pending: &PendingAuthorization,
        response: &str,
        request: SignInRequest,
    ) -> Result<SignedIn, AcquireError> {
        let endpoints = self.browser_endpoints().await?;
        let code = self.authorization_code(&endpoints, pending, response)?;
        let tokens = self.redeem_code(&endpoints, pending, &code).await?;
        // A provider of plain OAuth sends no ID token, and one without metadata no keys to verify it with.
        if tokens.id_token.is_some()
            && endpoints.issuer.is_some()
            && endpoints.get(EndpointKind::Jwks).is_some()
            && let Err(error) = self.verified(&endpoints, pending, &code, &tokens).await
        {
            self.revoke_unsaved(&endpoints, tokens.refresh_token.as_ref()).await;
            return Err(error);
        }
        self.record_authorization(endpoints, pending, tokens, request).await
    }

    /// Returns the endpoints for a sign-in through the browser, with the issuer and the keys of an OpenID provider.
    async fn browser_endpoints(&self) -> Result<Endpoints, AcquireError> {
        let endpoints = match self.endpoints_and_issuer(&NEEDED).await {
            Err(RequestError::Unsupported { .. }) => self.endpoints(&NEEDED[..2]).await,
            outcome => outcome,
        };
        endpoints.map_err(AcquireError::from_request)
    }
}

impl ClientApplication<'_> {
    /// Starts a request. Pushes it to the provider if the provider or the caller demands it.
    async fn start_authorization(
        &self,
        endpoints: &Endpoints,
        request: &AuthorizationCodeSignIn,
    ) -> Result<PendingAuthorization, AcquireError> {
        let is_pushed = request.is_pushed || endpoints.require_pushed_authorization_requests;
        let protocol = if is_pushed { self.protocol(endpoints).await } else { Ok(self.public_protocol(endpoints)) };
        let protocol = protocol.map_err(AcquireError::from_request)?;
        let client = protocol.context();
        let is_kept = |scope: &str| scope != OFFLINE_ACCESS || !request.without_offline_access;
        let scopes = request.scopes.union(&client.reserved_scopes_for(request.is_for_resource).filtered(is_kept));
        let request = AuthorizationRequest {
            response_mode: request.response_mode,
            prompt: request.prompt.as_deref(),
            login_hint: request.login_hint.as_deref(),
            max_age: request.max_age,
            claims: request.claims.as_deref(),
            parameters: &request.parameters,
            ..AuthorizationRequest::new(client, &request.redirect_uri, &scopes)
        };
        let pending = request.start().map_err(AcquireError::from_request)?;
        if !is_pushed {
            return Ok(pending);
        }
        let pushed = protocol.send(&PushedAuthorizationRequest { request, pending: &pending }).await;
        pushed.map_err(|error| AcquireError::from_sign_in(SignInGrant::AuthorizationCode, error))
    }

    fn authorization_code(
        &self,
        endpoints: &Endpoints,
        pending: &PendingAuthorization,
        response: &str,
    ) -> Result<AuthorizationCode, AcquireError> {
        let response = AuthorizationResponse::parse(response, self.context(endpoints), pending);
        response.map(|response| response.code).map_err(AcquireError::AuthorizationResponse)
    }

    async fn record_authorization(
        &self,
        endpoints: Endpoints,
        pending: &PendingAuthorization,
        tokens: TokenResponse,
        request: SignInRequest,
    ) -> Result<SignedIn, AcquireError> {
        let request = SignInRequest {
            scopes: pending.scopes.of_resources(),
            claims: pending.claims.clone(),
            parameters: pending.parameters.clone(),
            ..request
        };
        let beside = pending.scopes.filtered(|scope| RESERVED_SCOPES.contains(&scope));
        self.record_sign_in(&request, "authorization_code", endpoints, &beside, tokens).await
    }

    /// Redeems the code. A code is valid for one request, so the request is not repeated.
    async fn redeem_code(
        &self,
        endpoints: &Endpoints,
        pending: &PendingAuthorization,
        code: &AuthorizationCode,
    ) -> Result<TokenResponse, AcquireError> {
        let client = self.protocol(endpoints).await.map_err(AcquireError::from_request)?;
        let message = AuthorizationCodeRequest {
            client: client.context(),
            code,
            redirect_uri: &pending.redirect_uri,
            code_verifier: &pending.code_verifier,
            scopes: &pending.scopes,
            claims: pending.claims.as_deref(),
            parameters: &pending.parameters,
        };
        let answer = client.send(&message).await;
        answer.map_err(|error| AcquireError::from_sign_in(SignInGrant::AuthorizationCode, error))
    }

    /// Verifies the ID token.
    async fn verified(
        &self,
        endpoints: &Endpoints,
        pending: &PendingAuthorization,
        code: &AuthorizationCode,
        tokens: &TokenResponse,
    ) -> Result<(), AcquireError> {
        let id_token = tokens.id_token.as_ref().ok_or(AcquireError::NoIdToken)?;
        let mut keys = self.signing_keys(endpoints, false).await?;
        let mut is_key_missing = false;
        loop {
            let expectation = Expectation {
                issuer: endpoints.issuer.as_deref().unwrap_or_default(),
                client_id: &self.registration.client_id,
                nonce: pending.scopes.contains("openid").then_some(&pending.nonce),
                max_age: pending.max_age,
                access_token: Some(&tokens.access_token),
                code: Some(code),
                algorithms: endpoints.id_token_signing_alg_values_supported.as_deref(),
                now: self.clock.now(),
                skew: TOLERATED_SKEW,
            };
            match verify_id_token(id_token, &keys, &expectation) {
                Ok(_) => return Ok(()),
                // The provider may have changed its keys.
                Err(IdTokenError::UnknownKey) if !is_key_missing => {
                    is_key_missing = true;
                    keys = self.signing_keys(endpoints, true).await?;
                }
                Err(error) => return Err(AcquireError::IdToken(error)),
            }
        }
    }

    /// Returns the keys that the provider signs with.
    async fn signing_keys(&self, endpoints: &Endpoints, is_key_missing: bool) -> Result<JwkSet, AcquireError> {
        let known = self.metadata.and_then(|metadata| metadata.keys(self.clock.elapsed(), is_key_missing));
        if let Some(keys) = known {
            return Ok(keys);
        }
        let mut tries = self.tries();
        // The keys are public: the request needs no credential.
        let client = self.public_protocol(endpoints);
        loop {
            match client.send(&JwksRequest { client: client.context() }).await {
                Ok(keys) => {
                    if let Some(metadata) = self.metadata {
                        metadata.keep_keys(keys.clone(), self.clock.elapsed());
                    }
                    return Ok(keys);
                }
                Err(failure) => {
                    self.wait_to_retry(&mut tries, failure).await.map_err(AcquireError::from_request)?;
                }
            }
        }
    }
}
