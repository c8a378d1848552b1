//! The authorization request of the authorization code grant, RFC 6749 §4.1.1 and OpenID Connect Core §3.1.2.1: the URL
//! that a web app sends the browser to.

use super::endpoint::EndpointKind;
use super::error::RequestError;
use super::form::Form;
use super::message::{ClientContext, add_parameters, add_scope};
use super::pending_authorization::PendingAuthorization;
use super::pkce;
use crate::secret::{CodeVerifier, Nonce, State};
use crate::types::ScopeSet;

/// A request that asks a person, through the browser, to sign in and to consent.
///
/// Every request has a new random code challenge (RFC 7636), `state` and, if it asks for an ID token, `nonce`. A provider
/// that does not know one of them ignores it (RFC 6749 §3.1).
///
/// ```
/// # use tokcache_core::oauth::{
/// #     AuthorizationCodeRequest, AuthorizationError, AuthorizationRequest, AuthorizationResponse, ClientContext,
/// #     PendingAuthorization, RequestError,
/// # };
/// # use tokcache_core::secret::Zeroizing;
/// # use tokcache_core::types::ScopeSet;
/// /// Returns where to redirect the browser to, and what to keep in the session, encrypted or on the server.
/// fn sign_in(client: ClientContext<'_>) -> Result<(String, Zeroizing<String>), RequestError> {
///     let scopes = &ScopeSet::parse("User.Read").union(&client.reserved_scopes());
///     let request = AuthorizationRequest::new(client, "https://app.example.com/callback", scopes);
///     let pending = request.start()?;
///     Ok((pending.url.clone(), pending.serialize()))
/// }
///
/// /// Takes the query of the callback.
/// fn callback(client: ClientContext<'_>, session: &str, query: &str) -> Result<(), AuthorizationError> {
///     let pending = PendingAuthorization::deserialize(session).ok_or(AuthorizationError::StateMismatch)?;
///     let response = AuthorizationResponse::parse(query, client, &pending)?;
///     let _message = AuthorizationCodeRequest {
///         client,
///         code: &response.code,
///         redirect_uri: &pending.redirect_uri,
///         code_verifier: &pending.code_verifier,
///         scopes: &pending.scopes,
///         claims: pending.claims.as_deref(),
///         parameters: &pending.parameters,
///     };
///     Ok(())
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct AuthorizationRequest<'a> {
    /// The client and its provider.
    pub client: ClientContext<'a>,
    /// `redirect_uri`: the address of the response. It must be registered at the provider.
    pub redirect_uri: &'a str,
    /// The scopes, as they are sent. They must include those that identify the user and request a refresh token
    /// ([`ClientContext::reserved_scopes`]).
    pub scopes: &'a ScopeSet,
    /// `response_mode`; `None` leaves it to the provider, whose default is a query.
    pub response_mode: Option<ResponseMode>,
    /// `prompt`: `none`, `login`, `consent` or `select_account`, or several separated by spaces.
    pub prompt: Option<&'a str>,
    /// `login_hint`: the user name of the person who should sign in.
    pub login_hint: Option<&'a str>,
    /// `max_age`: the maximum age of the person's last sign-in, in seconds.
    pub max_age: Option<u64>,
    /// `claims`, a JSON object (OpenID Connect Core §5.5).
    pub claims: Option<&'a str>,
    /// Further parameters, such as `domain_hint` or `resource` (RFC 8707 §2). They are public and must not contain
    /// secrets.
    pub parameters: &'a [(String, String)],
}

/// The form of the response. There is no variant for a fragment, which never reaches a server.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ResponseMode {
    /// `query`: a GET with the parameters in the URL (OAuth 2.0 Multiple Response Type Encoding Practices §2.1).
    Query,
    /// `form_post`: a POST with the parameters in a form (OAuth 2.0 Form Post Response Mode §2). It is a cross-site
    /// request, so the session's cookie needs `SameSite=None`.
    FormPost,
}

impl ResponseMode {
    /// Returns the value of `response_mode`.
    pub fn as_str(self) -> &'static str {
        match self {
            ResponseMode::Query => "query",
            ResponseMode::FormPost => "form_post",
        }
    }
}

impl<'a> AuthorizationRequest<'a> {
    /// Returns a request with the required parameters.
    pub fn new(client: ClientContext<'a>, redirect_uri: &'a str, scopes: &'a ScopeSet) -> AuthorizationRequest<'a> {
        AuthorizationRequest {
            client,
            redirect_uri,
            scopes,
            response_mode: None,
            prompt: None,
            login_hint: None,
            max_age: None,
            claims: None,
            parameters: &[],
        }
    }

    /// Returns the URL and the data to keep until the response arrives.
    ///
    /// # Errors
    /// [`RequestError::Unsupported`] if no authorization endpoint is known, [`RequestError::InvalidClaims`], or
    /// [`RequestError::Misconfigured`] if the system has no random bytes.
    pub fn start(&self) -> Result<PendingAuthorization, RequestError> {
        self.start_with(pkce::random_secret()?, pkce::random_secret()?, pkce::new_code_verifier()?)
    }

    fn start_with(
        &self,
        state: State,
        nonce: Nonce,
        code_verifier: CodeVerifier,
    ) -> Result<PendingAuthorization, RequestError> {
        let mut pending = PendingAuthorization {
            url: String::new(),
            state,
            nonce,
            code_verifier,
            authority: self.client.authority.url().to_owned(),
            client_id: self.client.client_id.clone(),
            redirect_uri: self.redirect_uri.to_owned(),
            scopes: self.scopes.clone(),
            max_age: self.max_age,
            claims: self.claims.map(str::to_owned),
            parameters: self.parameters.to_vec(),
        };
        let mut form = Form::new();
        form.public("client_id", self.client.client_id.as_str());
        self.add_to(&mut form, &pending)?;
        let endpoint = self.client.require_endpoint(EndpointKind::Authorization)?;
        pending.url = endpoint.with_query(&form).to_string();
        Ok(pending)
    }

    /// Adds the parameters, except for the client identifier.
    pub(super) fn add_to(&self, form: &mut Form, pending: &PendingAuthorization) -> Result<(), RequestError> {
        form.public("response_type", "code");
        form.public("redirect_uri", self.redirect_uri);
        add_scope(form, self.scopes);
        form.secret("state", &pending.state);
        // Servers may refuse the parameter in a request for no ID token (OpenID Connect Core §3.1.2.1).
        if self.scopes.contains("openid") {
            form.secret("nonce", &pending.nonce);
        }
        form.public("code_challenge", pkce::challenge(&pending.code_verifier));
        form.public("code_challenge_method", pkce::METHOD);
        let further = [
            ("response_mode", self.response_mode.map(|mode| mode.as_str().to_owned())),
            ("prompt", self.prompt.map(str::to_owned)),
            ("login_hint", self.login_hint.map(str::to_owned)),
            ("max_age", self.max_age.map(|seconds| seconds.to_string())),
        ];
        for (name, value) in further {
            value.into_iter().for_each(|value| form.public(name, value));
        }
        self.client.add_claims(form, self.claims)?;
        add_parameters(form, self.parameters);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::mock_http::Provider;

    fn start(request: &AuthorizationRequest<'_>) -> PendingAuthorization {
        let verifier = CodeVerifier::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        request.start_with(State::new("st"), Nonce::new("no"), verifier).unwrap()
    }

    const REDIRECT_URI: &str = "https://app.example.com/cb";

    #[test]
    fn a_plain_request_has_a_challenge_a_state_and_a_nonce() {
        let provider = Provider::new("https://idp.example.com");
        let scopes = ScopeSet::parse("read openid");
        assert_eq!(
            start(&AuthorizationRequest::new(provider.client(), REDIRECT_URI, &scopes)).url,
            "https://idp.example.com/authorize?client_id=app&response_type=code\
             &redirect_uri=https%3A%2F%2Fapp.example.com%2Fcb&scope=read%20openid&state=st&nonce=no\
             &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
        );
    }

    #[test]
    fn all_that_is_asked_for_is_in_the_url_and_kept() {
        let provider = Provider::new("https://login.microsoftonline.com/t");
        let scopes = ScopeSet::parse("a openid");
        let request = AuthorizationRequest {
            response_mode: Some(ResponseMode::FormPost),
            prompt: Some("login consent"),
            login_hint: Some("ann@example.com"),
            max_age: Some(60),
            claims: Some("{}"),
            parameters: &[("domain_hint".to_owned(), "contoso.com".to_owned()), ("empty".to_owned(), String::new())],
            ..AuthorizationRequest::new(provider.client(), REDIRECT_URI, &scopes)
        };
        let pending = start(&request);
        assert_eq!(
            pending.url,
            "https://login.microsoftonline.com/t/oauth2/v2.0/authorize?client_id=app&response_type=code\
             &redirect_uri=https%3A%2F%2Fapp.example.com%2Fcb&scope=a%20openid&state=st&nonce=no\
             &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256\
             &response_mode=form_post&prompt=login%20consent&login_hint=ann%40example.com&max_age=60&claims=%7B%7D\
             &domain_hint=contoso.com"
        );
        assert_eq!((&pending.scopes, pending.max_age, pending.claims.as_deref()), (&scopes, Some(60), Some("{}")));
        assert_eq!(pending.authority, "https://login.microsoftonline.com/t");
    }

    #[test]
    fn a_request_for_no_id_token_has_no_nonce() {
        let provider = Provider::new("https://idp.example.com");
        let url = start(&AuthorizationRequest::new(provider.client(), REDIRECT_URI, &ScopeSet::parse("read"))).url;
        assert!(url.contains("state=st") && !url.contains("nonce"), "{url}");
    }

    #[test]
    fn no_two_requests_share_a_secret() {
        let provider = Provider::new("https://idp.example.com");
        let scopes = ScopeSet::default();
        let request = AuthorizationRequest::new(provider.client(), REDIRECT_URI, &scopes);
        let (one, other) = (request.start().unwrap(), request.start().unwrap());
        assert!(one.state != other.state && one.nonce != other.nonce && one.code_verifier != other.code_verifier);
        assert!(!one.url.contains(one.code_verifier.expose()));
        assert_eq!((one.state.expose().len(), one.nonce.expose().len()), (43, 43));
        assert_ne!(one.state.expose(), one.nonce.expose());
    }

    #[test]
    fn what_cannot_be_asked_is_told() {
        let mut provider = Provider::new("https://idp.example.com");
        let scopes = ScopeSet::default();
        let claims = Some("nonsense");
        let request =
            AuthorizationRequest { claims, ..AuthorizationRequest::new(provider.client(), REDIRECT_URI, &scopes) };
        assert_eq!(request.start().unwrap_err(), RequestError::InvalidClaims);
        provider.endpoints.authorization = None;
        let request = AuthorizationRequest::new(provider.client(), REDIRECT_URI, &scopes);
        assert_eq!(request.start().unwrap_err(), RequestError::Unsupported { what: "authorization_endpoint" });
    }
}
