//! The refresh of an access token, RFC 6749 §6.

use super::endpoint::EndpointKind;
use super::error::RequestError;
use super::field::FieldValue;
use super::form::Form;
use super::http::{Response, TransportError};
use super::message::{ClientContext, Message, add_client_info, add_parameters, add_scope};
use super::request::Request;
use super::token::TokenResponse;
use crate::secret::RefreshToken;
use crate::time::Timestamp;
use crate::types::{HomeAccountId, ScopeSet};

/// Redeems a refresh token for an access token (RFC 6749 §6).
///
/// Microsoft's platforms also get `openid profile offline_access`, as in MSAL. Other providers get exactly `scopes`,
/// because RFC 6749 §6 allows only granted scopes, or no scopes, which means the whole grant.
#[derive(Clone, Copy, Debug)]
pub struct RefreshRequest<'a> {
    /// The client and its provider.
    pub client: ClientContext<'a>,
    /// `refresh_token`.
    pub refresh_token: &'a RefreshToken,
    /// The scopes of the access token.
    pub scopes: &'a ScopeSet,
    /// `claims`, a JSON object (OpenID Connect Core §5.5).
    pub claims: Option<&'a str>,
    /// The account. It only helps Entra to route the request to the right data centre.
    pub account: Option<&'a HomeAccountId>,
    /// Further parameters, such as `audience` or `resource` (RFC 8707 §2). They are public and must not contain
    /// secrets.
    pub parameters: &'a [(String, String)],
}

impl Message for RefreshRequest<'_> {
    type Answer = TokenResponse;

    fn request(&self) -> Result<Request, RequestError> {
        let mut form = Form::new();
        form.public("grant_type", "refresh_token");
        form.secret("refresh_token", self.refresh_token);
        add_scope(&mut form, &self.client.granted_scopes(self.scopes));
        self.client.add_claims(&mut form, self.claims)?;
        add_parameters(&mut form, self.parameters);
        add_client_info(&mut form);
        let mut request = self.client.post_form(EndpointKind::Token, form)?;
        let anchor = self.account.filter(|_| self.client.is_microsoft()).and_then(anchor_mailbox);
        request.headers.extend(anchor.map(|anchor| ("X-AnchorMailbox", FieldValue::public(anchor))));
        Ok(request)
    }

    /// # Errors
    /// With [`Stage::Unknown`](super::Stage::Unknown), and [`RequestError::Unintelligible`] on success, a rotating
    /// provider may have redeemed the refresh token.
    fn response(
        &self,
        request: &Request,
        response: Result<Response, TransportError>,
        received_at: Timestamp,
    ) -> Result<TokenResponse, RequestError> {
        self.client.read_token(request, response, received_at)
    }
}

/// Returns MSAL's routing hint; `None` if the account does not fit into a header.
fn anchor_mailbox(account: &HomeAccountId) -> Option<String> {
    let (uid, utid) = account.as_str().rsplit_once('.')?;
    account.as_str().bytes().all(|byte| byte.is_ascii_graphic()).then(|| format!("Oid:{uid}@{utid}"))
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;
    use crate::oauth::Stage;
    use crate::oauth::mock_http::{Provider, answer, broken};

    const GRANTED: &str = r#"{"access_token":"at"}"#;

    struct Refresh<'a> {
        scopes: &'a str,
        claims: Option<&'a str>,
        parameters: &'a [(&'a str, &'a str)],
    }

    const PLAIN: Refresh<'_> = Refresh { scopes: "", claims: None, parameters: &[] };

    impl Refresh<'_> {
        fn with<Answer>(&self, provider: &Provider, act: impl FnOnce(&RefreshRequest<'_>) -> Answer) -> Answer {
            let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
            act(&RefreshRequest {
                client: provider.client(),
                refresh_token: &RefreshToken::new("canary"),
                scopes: &ScopeSet::parse(self.scopes),
                claims: self.claims,
                account: Some(&HomeAccountId::new("a.b-policy.c")),
                parameters: &self.parameters.iter().map(own).collect::<Vec<_>>(),
            })
        }

        fn request(&self, authority: &str) -> Result<Request, RequestError> {
            self.with(&Provider::new(authority), |message| message.request())
        }

        /// Returns the form for a provider that is not Microsoft's.
        fn form(&self) -> String {
            self.request("https://idp.example.com").unwrap().form().unwrap().encode().to_string()
        }
    }

    /// Returns the result of a response.
    fn answered(response: Result<Response, TransportError>) -> Result<TokenResponse, RequestError> {
        PLAIN.with(&Provider::new("https://idp.example.com"), |message| {
            message.response(&message.request().unwrap(), response, Timestamp(0))
        })
    }

    #[test]
    fn a_refresh_at_entra_asks_as_msal_does() {
        let request = Refresh { scopes: "User.Read openid", ..PLAIN };
        let request = request.request("https://login.microsoftonline.com/common").unwrap();
        assert_eq!(request.url, "https://login.microsoftonline.com/common/oauth2/v2.0/token");
        assert_eq!(
            *request.form().unwrap().encode(),
            "grant_type=refresh_token&refresh_token=canary&scope=User.Read%20openid%20profile%20offline_access\
             &client_info=1&client_id=app"
        );
        assert_eq!(request.headers, [("X-AnchorMailbox", FieldValue::public("Oid:a.b-policy@c"))]);
    }

    #[test]
    fn microsoft_on_a_domain_of_somebody_else_is_known_by_the_issuer() {
        let mut provider = Provider::new("https://login.contoso.test");
        provider.endpoints.issuer = Some("https://login.microsoftonline.com/{tenantid}/v2.0".to_owned());
        let request = PLAIN.with(&provider, |message| message.request()).unwrap();
        let scope = request.form().unwrap().get("scope");
        assert_eq!(scope, Some(&FieldValue::public("openid profile offline_access")));
        assert_eq!(request.headers, [("X-AnchorMailbox", FieldValue::public("Oid:a.b-policy@c"))]);
    }

    #[test]
    fn further_parameters_are_sent_with_a_refresh() {
        let parameters = &[("resource", "https://api.example.com"), ("audience", "")];
        let form = Refresh { parameters, ..PLAIN }.form();
        assert_eq!(
            form,
            "grant_type=refresh_token&refresh_token=canary&resource=https%3A%2F%2Fapi.example.com&client_info=1\
             &client_id=app",
            "a parameter without a value is not sent"
        );
    }

    #[test]
    fn a_refresh_elsewhere_asks_for_no_more_than_the_caller_did() {
        assert_eq!(
            Refresh { scopes: "read", ..PLAIN }.form(),
            "grant_type=refresh_token&refresh_token=canary&scope=read&client_info=1&client_id=app"
        );
        assert_eq!(PLAIN.form(), "grant_type=refresh_token&refresh_token=canary&client_info=1&client_id=app");
        assert_eq!(PLAIN.request("https://idp.example.com").unwrap().headers, []);
    }

    #[test]
    fn an_account_that_does_not_fit_a_header_goes_without() {
        for account in ["subject", "a\r\nX: y.z", "é.a"] {
            assert_eq!(anchor_mailbox(&HomeAccountId::new(account)), None, "{account}");
        }
    }

    #[test]
    fn claims_are_passed_to_the_letter_and_only_if_they_are_an_object() {
        let refresh = |claims| Refresh { claims: Some(claims), ..PLAIN }.request("https://idp.example.com");
        assert_eq!(refresh("nonsense"), Err(RequestError::InvalidClaims));
        let claims = r#"{"access_token": {"nbf": {}}}"#;
        let request = refresh(claims).unwrap();
        assert_eq!(request.form().unwrap().get("claims"), Some(&FieldValue::public(claims)));
    }

    #[test]
    fn a_grant_is_read() {
        assert_eq!(answered(Ok(answer(200, GRANTED))).unwrap().access_token.expose(), "at");
    }

    #[test]
    fn a_refusal_does_not_repeat_the_refresh_token() {
        let body = r#"{"error":"invalid_grant","error_description":"token canary is unknown"}"#;
        let error = answered(Ok(answer(400, body))).unwrap_err();
        assert_eq!(error.to_string(), "invalid_grant: token [redacted] is unknown");
    }

    #[test]
    fn an_answer_that_makes_no_sense_is_told_with_the_address() {
        let error = answered(Ok(answer(404, "<html>"))).unwrap_err();
        assert_eq!(
            error.to_string(),
            "https://idp.example.com/token answered HTTP 404: a web page where JSON was expected; this address was \
             named by hand: check it"
        );
    }

    #[test]
    fn a_broken_connection_is_an_outage_at_its_stage() {
        let error = answered(broken(Stage::Unknown)).unwrap_err();
        assert!(matches!(error, RequestError::Unavailable { stage: Stage::Unknown, status: None, .. }), "{error:?}");
    }

    #[test]
    fn what_is_not_utf8_costs_nothing_beside_it() {
        let mut response = answer(200, GRANTED);
        response.body = Zeroizing::new(b"{\"name\":\"Zo\xeb\",\"n\xe9\":1,\"access_token\":\"at\"}".to_vec());
        assert_eq!(answered(Ok(response)).unwrap().access_token.expose(), "at");
    }

    #[test]
    fn a_request_does_not_print_its_secrets() {
        let printed = PLAIN.with(&Provider::new("https://idp.example.com"), |message| {
            format!("{message:?} {:?}", message.request().unwrap())
        });
        assert!(!printed.contains("canary"), "{printed}");
    }

    #[test]
    fn a_confidential_client_authenticates() {
        let mut provider = Provider::new("https://idp.example.com");
        provider.authenticate_with_basic("secret");
        let request = PLAIN.with(&provider, |message| message.request()).unwrap();
        assert_eq!(*request.form().unwrap().encode(), "grant_type=refresh_token&refresh_token=canary&client_info=1");
        let [("Authorization", value)] = request.headers.as_slice() else { panic!("{request:?}") };
        assert_eq!(value.expose(), "Basic YXBwOnNlY3JldA==");
    }

    #[test]
    fn an_endpoint_that_is_missing_is_named() {
        let mut provider = Provider::new("https://idp.example.com");
        provider.endpoints.token = None;
        let error = PLAIN.with(&provider, |message| message.request()).unwrap_err();
        assert_eq!(error, RequestError::Unsupported { what: "token_endpoint" });
    }
}
