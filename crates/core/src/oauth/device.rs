//! The device authorization grant, RFC 8628.

use crate::secret::{CodeVerifier, DeviceCode};
use crate::time::Timestamp;
use crate::types::ScopeSet;

use super::endpoint::EndpointKind;
use super::error::RequestError;
use super::form::Form;
use super::http::{Response, TransportError};
use super::json::Members;
use super::message::{ClientContext, Message, add_client_info, add_parameters, add_scope};
use super::pkce;
use super::request::Request;
use super::token::TokenResponse;

/// `grant_type`, RFC 8628 §3.4.
pub const DEVICE_CODE_GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// The default in seconds. RFC 8628 requires `expires_in`; this is MSAL's assumption without it.
const DEFAULT_EXPIRES_IN: u64 = 1800;
/// The default in seconds (RFC 8628 §3.2).
const DEFAULT_INTERVAL: u64 = 5;

/// A device authorization response (RFC 8628 §3.2): the instructions for the person, and the data for polling. The
/// server's texts are unescaped.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DeviceAuthorization {
    /// `device_code`.
    pub device_code: DeviceCode,
    /// `user_code`.
    pub user_code: String,
    /// `verification_uri`, or `verification_url` as some servers call it.
    pub verification_uri: String,
    /// `verification_uri_complete`, which contains the code.
    pub verification_uri_complete: Option<String>,
    /// The lifetime of the codes in seconds from receipt.
    pub expires_in: u64,
    /// The seconds between two polls, at least 1; a fraction is rounded up.
    pub interval: u64,
    /// `message`: Entra's instructions for the person.
    pub message: Option<String>,
    /// The requested claims, which each poll repeats, as in MSAL.
    pub claims: Option<String>,
    /// Sent with each poll (RFC 7636 §4.5).
    pub code_verifier: Option<CodeVerifier>,
}

impl DeviceAuthorization {
    fn read(response: &Response, claims: Option<&str>, verifier: &CodeVerifier) -> Option<DeviceAuthorization> {
        let members = Members::parse(&response.body).filter(|_| (200..300).contains(&response.status))?;
        let uri = |name, alias| members.string(name).or_else(|| members.string(alias));
        Some(DeviceAuthorization {
            device_code: members.secret("device_code")?,
            user_code: members.string("user_code")?,
            verification_uri: uri("verification_uri", "verification_url")?,
            verification_uri_complete: uri("verification_uri_complete", "verification_url_complete"),
            expires_in: members.seconds("expires_in").unwrap_or(DEFAULT_EXPIRES_IN),
            interval: members.seconds_to_wait("interval").unwrap_or(DEFAULT_INTERVAL).max(1),
            message: members.string("message"),
            claims: claims.map(str::to_owned),
            code_verifier: Some(verifier.clone()),
        })
    }
}

/// Requests a device code (RFC 8628 §3.1).
///
/// Every request has a code challenge (RFC 7636): some providers require one, and the others ignore it (RFC 6749 §3.1).
#[derive(Clone, Copy, Debug)]
pub struct DeviceAuthorizationRequest<'a> {
    /// The client and its provider.
    pub client: ClientContext<'a>,
    /// The scopes of the sign-in, with those that identify the user and request a refresh token.
    pub scopes: &'a ScopeSet,
    /// `claims`, a JSON object (OpenID Connect Core §5.5).
    pub claims: Option<&'a str>,
    /// The secret of the code challenge, new for each sign-in ([`new_code_verifier`](super::new_code_verifier)).
    pub code_verifier: &'a CodeVerifier,
    /// Further parameters, such as `audience` or `resource` (RFC 8707 §2). They are public and must not contain
    /// secrets.
    pub parameters: &'a [(String, String)],
}

impl Message for DeviceAuthorizationRequest<'_> {
    type Answer = DeviceAuthorization;

    fn request(&self) -> Result<Request, RequestError> {
        let mut form = Form::new();
        form.public("code_challenge", pkce::challenge(self.code_verifier));
        form.public("code_challenge_method", pkce::METHOD);
        add_scope(&mut form, self.scopes);
        self.client.add_claims(&mut form, self.claims)?;
        add_parameters(&mut form, self.parameters);
        self.client.post_form(EndpointKind::DeviceAuthorization, form)
    }

    fn response(
        &self,
        request: &Request,
        response: Result<Response, TransportError>,
        _received_at: Timestamp,
    ) -> Result<DeviceAuthorization, RequestError> {
        let read = |response: &Response| DeviceAuthorization::read(response, self.claims, self.code_verifier);
        self.client.read(EndpointKind::DeviceAuthorization, request, response, read)
    }
}

/// Asks whether the person has approved the device (RFC 8628 §3.4). [`DevicePolling`](super::DevicePolling) decides
/// when to ask, and what a refusal means.
#[derive(Clone, Copy, Debug)]
pub struct DeviceTokenRequest<'a> {
    /// The client and its provider.
    pub client: ClientContext<'a>,
    /// The provider's answer to the [`DeviceAuthorizationRequest`].
    pub authorization: &'a DeviceAuthorization,
    /// The further parameters of the [`DeviceAuthorizationRequest`].
    pub parameters: &'a [(String, String)],
}

impl Message for DeviceTokenRequest<'_> {
    type Answer = TokenResponse;

    fn request(&self) -> Result<Request, RequestError> {
        let DeviceAuthorization { device_code, code_verifier, claims, .. } = self.authorization;
        let mut form = Form::new();
        form.public("grant_type", DEVICE_CODE_GRANT_TYPE);
        form.secret("device_code", device_code);
        if let Some(verifier) = code_verifier {
            form.secret("code_verifier", verifier);
        }
        self.client.add_claims(&mut form, claims.as_deref())?;
        add_parameters(&mut form, self.parameters);
        add_client_info(&mut form);
        self.client.post_form(EndpointKind::Token, form)
    }

    fn response(
        &self,
        request: &Request,
        response: Result<Response, TransportError>,
        received_at: Timestamp,
    ) -> Result<TokenResponse, RequestError> {
        self.client.read_token(request, response, received_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::mock_http::{Provider, answer};

    fn verifier() -> CodeVerifier {
        CodeVerifier::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    }

    fn authorize(body: &str) -> Result<DeviceAuthorization, RequestError> {
        let provider = Provider::new("https://idp.example.com");
        let message = DeviceAuthorizationRequest {
            client: provider.client(),
            scopes: &ScopeSet::default(),
            claims: None,
            code_verifier: &verifier(),
            parameters: &[],
        };
        message.response(&message.request().unwrap(), Ok(answer(200, body)), Timestamp(0))
    }

    fn authorization(interval: u64, expires_in: u64) -> DeviceAuthorization {
        DeviceAuthorization {
            device_code: DeviceCode::new("canary"),
            user_code: "AB-CD".into(),
            verification_uri: "https://idp.example.com/activate".into(),
            verification_uri_complete: None,
            expires_in,
            interval,
            message: None,
            claims: None,
            code_verifier: Some(verifier()),
        }
    }

    #[test]
    fn the_request_has_a_challenge_and_all_that_is_asked_for() {
        let provider = Provider::new("https://idp.example.com");
        let message = DeviceAuthorizationRequest {
            client: provider.client(),
            scopes: &ScopeSet::parse("read openid offline_access"),
            claims: Some("{}"),
            code_verifier: &verifier(),
            parameters: &[("audience".to_owned(), "https://api".to_owned())],
        };
        let request = message.request().unwrap();
        assert_eq!(request.url, "https://idp.example.com/device");
        assert_eq!(
            *request.form().unwrap().encode(),
            "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256\
             &scope=read%20openid%20offline_access&claims=%7B%7D&audience=https%3A%2F%2Fapi&client_id=app"
        );
        assert_eq!(request.headers, []);
        let body = r#"{"device_code":"d","user_code":"u","verification_uri":"v"}"#;
        let authorization = message.response(&request, Ok(answer(200, body)), Timestamp(0)).unwrap();
        assert_eq!(authorization.claims.as_deref(), Some("{}"));
        assert_eq!(authorization.code_verifier, Some(verifier()));
    }

    #[test]
    fn a_poll_repeats_what_the_code_was_asked_for_with_and_proves_who_asked() {
        let provider = Provider::new("https://idp.example.com");
        let authorization = DeviceAuthorization { claims: Some("{}".to_owned()), ..authorization(5, 900) };
        let parameters = &[("audience".to_owned(), "https://api".to_owned())];
        let message = DeviceTokenRequest { client: provider.client(), authorization: &authorization, parameters };
        let request = message.request().unwrap();
        assert_eq!(request.url, "https://idp.example.com/token");
        assert_eq!(
            *request.form().unwrap().encode(),
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&device_code=canary\
             &code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk&claims=%7B%7D&audience=https%3A%2F%2Fapi\
             &client_info=1&client_id=app"
        );
        let secrets: Vec<_> = request.form().unwrap().iter().filter(|(_, value)| value.is_secret()).collect();
        assert_eq!(secrets.iter().map(|(name, _)| name.as_ref()).collect::<Vec<_>>(), ["device_code", "code_verifier"]);
        assert!(!format!("{message:?} {request:?}").contains("canary"));
        let granted = message.response(&request, Ok(answer(200, r#"{"access_token":"at"}"#)), Timestamp(0));
        assert_eq!(granted.unwrap().access_token.expose(), "at");
    }

    #[test]
    fn an_endpoint_that_is_missing_is_named() {
        let mut provider = Provider::new("https://idp.example.com");
        provider.endpoints.device_authorization = None;
        let message = DeviceAuthorizationRequest {
            client: provider.client(),
            scopes: &ScopeSet::default(),
            claims: None,
            code_verifier: &verifier(),
            parameters: &[],
        };
        let error = message.request().unwrap_err();
        assert_eq!(error, RequestError::Unsupported { what: "device_authorization_endpoint" });
    }

    #[test]
    fn an_authorization_is_read_in_full() {
        let body = r#"{"device_code":"canary","user_code":"AB-CD","verification_uri":"https://v","expires_in":"900",
            "verification_uri_complete":"https://v?c","interval":"7","message":"Go to"}"#;
        assert_eq!(
            authorize(body).unwrap(),
            DeviceAuthorization {
                verification_uri: "https://v".into(),
                verification_uri_complete: Some("https://v?c".into()),
                message: Some("Go to".into()),
                ..authorization(7, 900)
            }
        );
        assert!(!format!("{:?}", authorize(body)).contains("canary"));
    }

    #[test]
    fn what_is_missing_has_a_default() {
        let bare = authorize(r#"{"device_code":"d","user_code":"u","verification_url":"https://v"}"#).unwrap();
        assert_eq!((bare.expires_in, bare.interval, &*bare.verification_uri), (1800, 5, "https://v"));
        let zero = authorize(r#"{"device_code":"d","user_code":"u","verification_uri":"v","interval":0}"#).unwrap();
        assert_eq!(zero.interval, 1);
    }

    #[test]
    fn an_authorization_without_a_code_is_unintelligible() {
        let error = authorize(r#"{"device_code":"canary","verification_uri":"v"}"#).unwrap_err();
        assert!(matches!(error, RequestError::Unintelligible { .. }));
        assert!(!format!("{error} {error:?}").contains("canary"));
    }

    #[test]
    fn a_server_is_not_asked_sooner_than_it_says() {
        let interval = |value: &str| {
            let body = format!(r#"{{"device_code":"d","user_code":"u","verification_uri":"v","interval":{value}}}"#);
            authorize(&body).unwrap().interval
        };
        for (told, seconds) in [
            ("1.9", 2),
            ("\"5\"", 5),
            ("\" 2.1 \"", 3),
            ("5.0", 5),
            ("0.2", 1),
            ("0", 1),
            ("\"0\"", 1),
            ("-3", 5),
            ("null", 5),
            ("\"soon\"", 5),
            ("[]", 5),
            ("\"NaN\"", 5),
            ("3600", 3600),
            ("1e300", u64::from(u32::MAX)),
        ] {
            assert_eq!(interval(told), seconds, "{told}");
        }
    }
}
