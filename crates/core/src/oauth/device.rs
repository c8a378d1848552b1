//! The device authorization grant, RFC 8628.

use crate::secret::{CodeVerifier, DeviceCode};
use crate::types::ScopeSet;

use super::client::{Client, checked_claims, named};
use super::error::RequestError;
use super::http::Response;
use super::members::Members;
use super::pkce;

/// `grant_type`, RFC 8628 §3.4.
pub const DEVICE_CODE_GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// Seconds; RFC 8628 demands `expires_in`, so this is what MSAL assumes.
const DEFAULT_EXPIRES_IN: u64 = 1800;
/// Seconds, RFC 8628 §3.2.
const DEFAULT_INTERVAL: u64 = 5;

/// A device authorization response (RFC 8628 §3.2): what to show to the person, and how to ask whether it is done.
/// The texts are the server's, raw.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DeviceAuthorization {
    /// `device_code`.
    pub device_code: DeviceCode,
    /// `user_code`.
    pub user_code: String,
    /// `verification_uri`, or `verification_url` as some servers call it.
    pub verification_uri: String,
    /// `verification_uri_complete`: the code is in it.
    pub verification_uri_complete: Option<String>,
    /// Seconds from receipt that the codes are good for.
    pub expires_in: u64,
    /// Seconds between two questions, at least 1; a fraction is rounded up.
    pub interval: u64,
    /// `message`: Entra's own words for the person.
    pub message: Option<String>,
    /// The claims asked for; they are sent with each question too, as MSAL does.
    pub claims: Option<String>,
    /// Sent with each question (RFC 7636 §4.5).
    pub code_verifier: Option<CodeVerifier>,
}

impl DeviceAuthorization {
    fn read(response: &Response, claims: Option<&str>, verifier: CodeVerifier) -> Option<DeviceAuthorization> {
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
            code_verifier: Some(verifier),
        })
    }
}

impl Client<'_> {
    /// Asks for a code (RFC 8628 §3.1), for `scopes` and those that stand `beside` them: of `openid profile
    /// offline_access` what the provider takes, to learn who signs in and to get a refresh token. Always with a code
    /// challenge (RFC 7636): some providers require one, and the others ignore it (RFC 6749 §3.1).
    ///
    /// # Errors
    /// [`RequestError::Unsupported`] if no device authorization endpoint is known.
    pub fn authorize_device(
        &self,
        scopes: &ScopeSet,
        beside: &ScopeSet,
        claims: Option<&str>,
    ) -> Result<DeviceAuthorization, RequestError> {
        let endpoint = named(&self.endpoints.device_authorization, "device_authorization_endpoint")?;
        let scope = scopes.union(beside).to_string();
        let verifier = pkce::verifier()?;
        let challenge = pkce::challenge(&verifier);
        let mut fields = vec![("code_challenge", challenge.as_str()), ("code_challenge_method", pkce::METHOD)];
        if !scope.is_empty() {
            fields.push(("scope", &scope));
        }
        fields.extend(checked_claims(claims)?);
        fields.extend(self.further());
        self.ask(endpoint, fields, Vec::new(), |response| DeviceAuthorization::read(response, claims, verifier))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::oauth::polling::SLICE;
    use crate::oauth::scripted::{Scripted, SteppedClock, answer};
    use crate::oauth::{Authority, Endpoint, Endpoints};
    use crate::types::ClientId;

    /// Runs `act` as a client of `http`; tells what came of it and how many seconds it slept.
    pub(in crate::oauth) fn with<Answer>(http: &Scripted, act: impl FnOnce(&Client<'_>) -> Answer) -> (Answer, u64) {
        let authority = Authority::parse("https://idp.example.com", None).unwrap();
        let endpoint = |name| Some(Endpoint::parse(&format!("https://idp.example.com/{name}")).unwrap());
        let endpoints =
            Endpoints { token: endpoint("token"), device_authorization: endpoint("device"), ..Endpoints::default() };
        let clock = SteppedClock::default();
        let client_id = ClientId::new("app");
        let answer = act(&Client {
            http,
            clock: &clock,
            client_id: &client_id,
            authority: &authority,
            endpoints: &endpoints,
            parameters: &[],
        });
        assert!(clock.longest_sleep() <= SLICE);
        assert_eq!(http.left(), 0, "answers not asked for");
        (answer, clock.seconds())
    }

    fn authorize(body: &str) -> Result<DeviceAuthorization, RequestError> {
        with(&Scripted::new([answer(200, body)]), |client| {
            client.authorize_device(&ScopeSet::default(), &ScopeSet::default(), None)
        })
        .0
    }

    pub(in crate::oauth) fn authorization(interval: u64, expires_in: u64) -> DeviceAuthorization {
        DeviceAuthorization {
            device_code: DeviceCode::new("canary"),
            user_code: "AB-CD".into(),
            verification_uri: "https://idp.example.com/activate".into(),
            verification_uri_complete: None,
            expires_in,
            interval,
            message: None,
            claims: None,
            code_verifier: None,
        }
    }

    #[test]
    fn the_request_has_a_challenge_and_all_that_is_asked_for() {
        let http = Scripted::new([answer(200, r#"{"device_code":"d","user_code":"u","verification_uri":"v"}"#)]);
        let (scopes, beside) = (ScopeSet::parse("read"), ScopeSet::parse("openid offline_access"));
        let parameters = [("audience".to_owned(), "https://api".to_owned())];
        let (authorization, _) =
            with(&http, |client| client.with_parameters(&parameters).authorize_device(&scopes, &beside, Some("{}")));
        assert_eq!(http.url(0), "https://idp.example.com/device");
        let authorization = authorization.unwrap();
        let challenge = pkce::challenge(authorization.code_verifier.as_ref().unwrap());
        assert_eq!(
            http.form(0),
            format!(
                "audience=https://api\nclaims={{}}\nclient_id=app\ncode_challenge={challenge}\n\
                 code_challenge_method=S256\nscope=read openid offline_access"
            )
        );
        assert_eq!(authorization.claims.as_deref(), Some("{}"));
    }

    #[test]
    fn an_authorization_is_read_in_full() {
        let body = r#"{"device_code":"canary","user_code":"AB-CD","verification_uri":"https://v","expires_in":"900",
            "verification_uri_complete":"https://v?c","interval":"7","message":"Go to"}"#;
        let read = authorize(body).unwrap();
        assert!(read.code_verifier.is_some());
        assert_eq!(
            DeviceAuthorization { code_verifier: None, ..read },
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
