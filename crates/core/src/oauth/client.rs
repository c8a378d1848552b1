//! A client of one provider, and its short requests: refresh and revocation.

use crate::secret::{FormValue, RefreshToken};
use crate::time::Clock;
use crate::types::{ClientId, HomeAccountId, RESERVED_SCOPES, ScopeSet};

use super::authority::{Authority, AuthorityKind};
use super::endpoint::{Endpoint, Endpoints};
use super::error::RequestError;
use super::form::in_json;
use super::http::{Body, Http, Request, Response};
use super::issuer;
use super::members::Members;
use super::token::TokenResponse;
use super::token_error::{ErrorCode, TokenErrorResponse};

/// A public client (RFC 6749 §2.1) of one provider.
#[derive(Clone, Copy)]
pub struct Client<'a> {
    /// The way to the provider.
    pub http: &'a dyn Http,
    /// For waiting, and for answers that tell absolute times.
    pub clock: &'a dyn Clock,
    /// Who asks.
    pub client_id: &'a ClientId,
    /// Tells how the provider wants to be asked.
    pub authority: &'a Authority,
    /// Where to ask.
    pub endpoints: &'a Endpoints,
    /// Sent with each request that asks for tokens, such as `audience` or `resource` (RFC 8707 §2).
    pub parameters: &'a [(String, String)],
}

/// The fields of a form. Which of them are secret is told by [`CONFIDENTIAL`].
pub(super) type Fields<'f> = Vec<(&'f str, &'f str)>;

/// Fields whose values are taken out of whatever the server says in an error.
const CONFIDENTIAL: [&str; 11] = [
    "actor_token",
    "assertion",
    "client_assertion",
    "client_secret",
    "code",
    "code_verifier",
    "device_code",
    "password",
    "refresh_token",
    "subject_token",
    "token",
];

impl<'a> Client<'a> {
    /// Buys an access token (RFC 6749 §6). `account` only helps Entra to find the right data centre.
    ///
    /// The Microsoft kinds are asked for `openid profile offline_access` too, as MSAL does; other providers for
    /// `scopes` as they are, since RFC 6749 §6 allows no scope that was not granted, and for the whole grant if there
    /// are none.
    ///
    /// # Errors
    /// With [`Stage::Unknown`](super::Stage::Unknown), and [`RequestError::Unintelligible`] on success, a rotating
    /// provider may have spent the refresh token.
    pub fn refresh(
        &self,
        refresh_token: &RefreshToken,
        scopes: &ScopeSet,
        claims: Option<&str>,
        account: Option<&HomeAccountId>,
    ) -> Result<TokenResponse, RequestError> {
        let scope = if self.authority.kind() == AuthorityKind::Oidc && !self.is_microsoft() {
            scopes.to_string()
        } else {
            with_reserved_scopes(scopes).to_string()
        };
        let mut fields = vec![("grant_type", "refresh_token"), ("refresh_token", refresh_token.expose())];
        if !scope.is_empty() {
            fields.push(("scope", &scope));
        }
        fields.extend(checked_claims(claims)?);
        fields.extend(self.further());
        let anchor = account.filter(|_| self.is_microsoft()).and_then(anchor_mailbox);
        let headers = anchor.map(|anchor| ("X-AnchorMailbox", anchor)).into_iter().collect();
        self.ask_for_token(fields, headers)
    }

    /// Ends a refresh token, and with it what it bought as far as the provider reaches (RFC 7009). A token that the
    /// provider does not know is success (§2.2).
    ///
    /// # Errors
    /// [`RequestError::Unsupported`] if the provider has no revocation endpoint.
    pub fn revoke(&self, token: &RefreshToken) -> Result<(), RequestError> {
        let endpoint = named(&self.endpoints.revocation, "revocation_endpoint")?;
        let fields = vec![("token", token.expose()), ("token_type_hint", "refresh_token")];
        match self.ask(endpoint, fields, Vec::new(), |response| (200..300).contains(&response.status).then_some(())) {
            Err(RequestError::Refused(refusal)) if is_revoked_already(&refusal) => Ok(()),
            outcome => outcome,
        }
    }

    /// Whether the Microsoft identity platform answers, by the authority or by what its metadata call it.
    fn is_microsoft(&self) -> bool {
        let issuer = self.endpoints.issuer.as_deref();
        self.authority.kind().is_entra_like() || issuer.is_some_and(issuer::is_microsoft)
    }

    /// The same client, with these parameters in each request for tokens.
    pub fn with_parameters(self, parameters: &'a [(String, String)]) -> Self {
        Client { parameters, ..self }
    }

    /// The further parameters. One without a value is not sent.
    pub(super) fn further(&self) -> impl Iterator<Item = (&str, &str)> {
        let parameters = self.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        parameters.filter(|(_, value)| !value.is_empty())
    }

    pub(super) fn ask_for_token(
        &self,
        fields: Fields<'_>,
        headers: Vec<(&'static str, String)>,
    ) -> Result<TokenResponse, RequestError> {
        self.ask_for_token_noting(fields, headers, &mut None)
    }

    /// The same; notes the `Retry-After` of the answer, whatever the answer is.
    pub(super) fn ask_for_token_noting(
        &self,
        mut fields: Fields<'_>,
        headers: Vec<(&'static str, String)>,
        retry_after: &mut Option<u64>,
    ) -> Result<TokenResponse, RequestError> {
        let endpoint = named(&self.endpoints.token, "token_endpoint")?;
        // Whether Microsoft answers on a domain of somebody else's cannot be told, and others take no notice
        // (RFC 6749 §3.2).
        fields.push(("client_info", "1"));
        self.ask(endpoint, fields, headers, |response| {
            *retry_after = response.retry_after;
            TokenResponse::read(response, self.clock.now())
        })
    }

    /// Posts the form in this client's name. What `read` makes nothing of is an error.
    pub(super) fn ask<Answer>(
        &self,
        endpoint: &Endpoint,
        fields: Fields<'_>,
        headers: Vec<(&'static str, String)>,
        read: impl FnOnce(&Response) -> Option<Answer>,
    ) -> Result<Answer, RequestError> {
        let mut fields: Fields<'_> = fields;
        fields.push(("client_id", self.client_id.as_str()));
        let form = fields.iter().map(|&(name, value)| (name.to_owned().into(), FormValue::new(value))).collect();
        let request = Request { url: endpoint.as_str().to_owned(), body: Body::Form(form), headers };
        let response = in_json(self.http.send(&request)?.in_utf8());
        read(&response).ok_or_else(|| {
            let confidential = fields.iter().filter(|(name, _)| CONFIDENTIAL.contains(name));
            RequestError::of(&response, &confidential.map(|&(_, value)| value).collect::<Vec<_>>()).at(endpoint)
        })
    }
}

/// Whether a refused revocation says that there is nothing left to revoke. RFC 7009 §2.2 has success for that; some
/// servers have an error (Google says `invalid_token` with 400).
fn is_revoked_already(refusal: &TokenErrorResponse) -> bool {
    match &refusal.error {
        ErrorCode::InvalidGrant => true,
        ErrorCode::Other(code) => code == "invalid_token",
        _ => false,
    }
}

/// The endpoint, if there is one; `name` is its name in provider metadata.
pub(super) fn named<'e>(endpoint: &'e Option<Endpoint>, name: &'static str) -> Result<&'e Endpoint, RequestError> {
    endpoint.as_ref().ok_or(RequestError::Unsupported { what: name })
}

/// `scopes`, and those that tell who signed in and bring a refresh token.
fn with_reserved_scopes(scopes: &ScopeSet) -> ScopeSet {
    scopes.union(&RESERVED_SCOPES.into_iter().collect())
}

/// The `claims` field, if any.
pub(super) fn checked_claims(claims: Option<&str>) -> Result<Option<(&'static str, &str)>, RequestError> {
    match claims {
        Some(claims) if Members::parse(claims.as_bytes()).is_none() => Err(RequestError::InvalidClaims),
        _ => Ok(claims.map(|claims| ("claims", claims))),
    }
}

/// MSAL's routing hint. An account that does not fit a header goes without.
fn anchor_mailbox(account: &HomeAccountId) -> Option<String> {
    let (uid, utid) = account.as_str().rsplit_once('.')?;
    account.as_str().bytes().all(|byte| byte.is_ascii_graphic()).then(|| format!("Oid:{uid}@{utid}"))
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;
    use crate::oauth::Stage;
    use crate::oauth::error::RequestError;
    use crate::oauth::scripted::{Scripted, SteppedClock, answer};

    struct Setup {
        authority: Authority,
        endpoints: Endpoints,
        clock: SteppedClock,
        client_id: ClientId,
    }

    impl Setup {
        fn new(authority: &str) -> Self {
            let authority = Authority::parse(authority, None).unwrap();
            let own = Endpoints {
                token: Some(Endpoint::parse("https://idp.example.com/token").unwrap()),
                revocation: Some(Endpoint::parse("https://idp.example.com/revoke").unwrap()),
                ..Endpoints::default()
            };
            let endpoints = authority.known_endpoints().unwrap_or_default().or(own);
            Setup { authority, endpoints, clock: SteppedClock::default(), client_id: ClientId::new("app") }
        }

        fn client<'a>(&'a self, http: &'a Scripted) -> Client<'a> {
            Client {
                http,
                clock: &self.clock,
                client_id: &self.client_id,
                authority: &self.authority,
                endpoints: &self.endpoints,
                parameters: &[],
            }
        }
    }

    fn refresh(setup: &Setup, http: &Scripted, scopes: &str) -> Result<TokenResponse, RequestError> {
        let account = HomeAccountId::new("a.b-policy.c");
        setup.client(http).refresh(&RefreshToken::new("canary"), &ScopeSet::parse(scopes), None, Some(&account))
    }

    const GRANTED: &str = r#"{"access_token":"at"}"#;

    #[test]
    fn a_refresh_at_entra_asks_as_msal_does() {
        let setup = Setup::new("https://login.microsoftonline.com/common");
        let http = Scripted::new([answer(200, GRANTED)]);
        assert_eq!(refresh(&setup, &http, "User.Read openid").unwrap().access_token.expose(), "at");
        assert_eq!(http.url(0), "https://login.microsoftonline.com/common/oauth2/v2.0/token");
        assert_eq!(
            http.form(0),
            "client_id=app\nclient_info=1\ngrant_type=refresh_token\nrefresh_token=canary\n\
             scope=User.Read openid profile offline_access"
        );
        let headers = &http.requests.lock().unwrap()[0].headers;
        assert_eq!(headers, &[("X-AnchorMailbox", "Oid:a.b-policy@c".to_owned())]);
    }

    #[test]
    fn further_parameters_are_sent_with_a_refresh_and_not_with_a_revocation() {
        let setup = Setup::new("https://idp.example.com");
        let http = Scripted::new([answer(200, GRANTED), answer(200, "")]);
        let parameters = [("resource", "https://api.example.com"), ("audience", "")];
        let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let client = Client { parameters: &parameters, ..setup.client(&http) };
        client.refresh(&RefreshToken::new("rt"), &ScopeSet::default(), None, None).unwrap();
        client.revoke(&RefreshToken::new("rt")).unwrap();
        let asked = http.form(0);
        assert!(asked.ends_with("\nrefresh_token=rt\nresource=https://api.example.com"), "{asked}");
        assert!(!asked.contains("audience"), "one without a value");
        assert_eq!(http.form(1), "client_id=app\ntoken=rt\ntoken_type_hint=refresh_token");
    }

    #[test]
    fn a_refresh_elsewhere_asks_for_no_more_than_the_caller_did() {
        let setup = Setup::new("https://idp.example.com");
        let http = Scripted::new([answer(200, GRANTED), answer(200, GRANTED)]);
        refresh(&setup, &http, "read").unwrap();
        refresh(&setup, &http, "").unwrap();
        assert_eq!(
            http.form(0),
            "client_id=app\nclient_info=1\ngrant_type=refresh_token\nrefresh_token=canary\nscope=read"
        );
        assert_eq!(http.form(1), "client_id=app\nclient_info=1\ngrant_type=refresh_token\nrefresh_token=canary");
        assert!(http.requests.lock().unwrap()[0].headers.is_empty());
    }

    #[test]
    fn an_account_that_does_not_fit_a_header_goes_without() {
        for account in ["subject", "a\r\nX: y.z", "é.a"] {
            assert_eq!(anchor_mailbox(&HomeAccountId::new(account)), None, "{account}");
        }
    }

    #[test]
    fn claims_are_passed_to_the_letter_and_only_if_they_are_an_object() {
        let setup = Setup::new("https://idp.example.com");
        let http = Scripted::new([answer(200, GRANTED)]);
        let refresh =
            |claims| setup.client(&http).refresh(&RefreshToken::new("rt"), &ScopeSet::default(), Some(claims), None);
        assert!(matches!(refresh("nonsense"), Err(RequestError::InvalidClaims)));
        refresh(r#"{"access_token": {"nbf": {}}}"#).unwrap();
        assert!(http.form(0).starts_with("claims={\"access_token\": {\"nbf\": {}}}\n"));
    }

    #[test]
    fn a_refusal_does_not_repeat_the_refresh_token() {
        let setup = Setup::new("https://idp.example.com");
        let body = r#"{"error":"invalid_grant","error_description":"token canary is unknown"}"#;
        let error = refresh(&setup, &Scripted::new([answer(400, body)]), "read").unwrap_err();
        assert_eq!(error.to_string(), "invalid_grant: token [redacted] is unknown");
    }

    #[test]
    fn a_broken_connection_is_an_outage_at_its_stage() {
        let setup = Setup::new("https://idp.example.com");
        let error = refresh(&setup, &Scripted::new([]).then_broken(), "read").unwrap_err();
        assert!(matches!(error, RequestError::Unavailable { stage: Stage::Unknown, status: None, .. }), "{error:?}");
    }

    #[test]
    fn what_is_not_utf8_costs_nothing_beside_it() {
        let setup = Setup::new("https://idp.example.com");
        let mut response = answer(200, GRANTED);
        response.body = Zeroizing::new(b"{\"name\":\"Zo\xeb\",\"n\xe9\":1,\"access_token\":\"at\"}".to_vec());
        assert_eq!(refresh(&setup, &Scripted::new([response]), "").unwrap().access_token.expose(), "at");
    }

    #[test]
    fn a_request_does_not_print_its_secrets() {
        let setup = Setup::new("https://idp.example.com");
        let http = Scripted::new([answer(200, GRANTED)]);
        refresh(&setup, &http, "read").unwrap();
        assert!(!format!("{:?}", http.requests.lock().unwrap()).contains("canary"));
    }

    #[test]
    fn revocation_names_the_token_s_type() {
        let setup = Setup::new("https://idp.example.com");
        let http = Scripted::new([answer(200, "")]);
        setup.client(&http).revoke(&RefreshToken::new("rt")).unwrap();
        assert_eq!(http.url(0), "https://idp.example.com/revoke");
        assert_eq!(http.form(0), "client_id=app\ntoken=rt\ntoken_type_hint=refresh_token");
    }

    #[test]
    fn a_token_that_was_revoked_before_is_revoked() {
        let setup = Setup::new("https://idp.example.com");
        for (status, error) in [(400, "invalid_token"), (401, "invalid_token"), (400, "invalid_grant")] {
            let http = Scripted::new([answer(status, &format!(r#"{{"error":"{error}"}}"#))]);
            assert_eq!(setup.client(&http).revoke(&RefreshToken::new("rt")), Ok(()), "{status} {error}");
        }
        for (status, body) in [(404, ""), (403, "<html>"), (400, ""), (401, r#"{"error":"invalid_client"}"#)] {
            let http = Scripted::new([answer(status, body)]);
            assert!(setup.client(&http).revoke(&RefreshToken::new("rt")).is_err(), "{status} {body}");
        }
    }

    #[test]
    fn a_revocation_that_fails_says_how() {
        let setup = Setup::new("https://idp.example.com");
        let http = Scripted::new([answer(400, r#"{"error":"unsupported_token_type"}"#), answer(503, "")]);
        let revoke = || setup.client(&http).revoke(&RefreshToken::new("rt")).unwrap_err();
        assert!(matches!(revoke(), RequestError::Refused(refusal) if refusal.error == ErrorCode::UnsupportedTokenType));
        assert!(matches!(revoke(), RequestError::Unavailable { status: Some(503), .. }));
    }

    #[test]
    fn an_endpoint_that_is_missing_is_named() {
        let mut setup = Setup::new("https://idp.example.com");
        setup.endpoints = Endpoints::default();
        let http = Scripted::new([]);
        let error = setup.client(&http).revoke(&RefreshToken::new("rt")).unwrap_err();
        assert_eq!(error, RequestError::Unsupported { what: "revocation_endpoint" });
        assert_eq!(refresh(&setup, &http, "").unwrap_err(), RequestError::Unsupported { what: "token_endpoint" });
    }
}
