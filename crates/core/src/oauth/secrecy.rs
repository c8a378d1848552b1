//! Tests that no secret of a request is printed or appears in an error, whatever the server or the transport says.

use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD, Engine};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;
use serde_json::json;

use super::authentication::ClientAuthentication;
use super::authorization::AuthorizationRequest;
use super::authorization_code::AuthorizationCodeRequest;
use super::authorization_response::AuthorizationResponse;
use super::client_credentials::ClientCredentialsRequest;
use super::device::{DeviceAuthorization, DeviceAuthorizationRequest, DeviceTokenRequest};
use super::form::FORM;
use super::http::{Response, Stage, TransportError};
use super::jwt_bearer::JwtBearerRequest;
use super::message::Message;
use super::mock_http::{Provider, answer};
use super::on_behalf_of::OnBehalfOfRequest;
use super::refresh::RefreshRequest;
use super::revocation::RevocationRequest;
use super::token_exchange::{ACCESS_TOKEN_TYPE, TokenExchangeRequest, TypedToken};
use crate::secret::{
    AuthorizationCode, ClientAssertion, ClientSecret, CodeVerifier, DeviceCode, RefreshToken, SecurityToken,
    UserAssertion,
};
use crate::time::Timestamp;
use crate::types::ScopeSet;

/// The members of an error answer that are stored or shown.
const MEMBERS: [&str; 6] = ["error", "error_description", "suberror", "claims", "correlation_id", "message"];

/// Returns a response, or a transport error, with `text` in one of several places.
fn repeated(text: &str, status: u16, place: usize) -> Result<Response, TransportError> {
    match place {
        0 => Err(TransportError { stage: Stage::Unknown, message: format!("{text} broke") }),
        1 => Err(TransportError { stage: Stage::Unreadable, message: format!("not HTTP: {text}") }),
        2 => Ok(Response { location: Some(format!("https://b.example/{text}")), ..answer(302, "") }),
        _ => {
            let mut body = json!({"error": "invalid_grant"});
            body[MEMBERS[place - 3]] = format!("What was sent is {text}, and it is bad").into();
            Ok(answer(status, &body.to_string()))
        }
    }
}

fn spelled(secret: &str, way: usize) -> String {
    match way {
        0 => secret.to_owned(),
        1 => utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string(),
        2 => utf8_percent_encode(secret, FORM).to_string(),
        3 => BASE64_STANDARD.encode(secret),
        _ => BASE64_URL_SAFE_NO_PAD.encode(secret),
    }
}

/// Sends each secret back in one spelling and one place: the message's `own`, the client's, and all others that the
/// request marks as secret.
fn check<Sent: Message<Answer: std::fmt::Debug> + std::fmt::Debug>(
    message: &Sent,
    own: &[&str],
    client_secret: Option<&str>,
    (status, place, way): (u16, usize, usize),
) -> Result<(), TestCaseError> {
    let request = message.request().unwrap();
    let fields = request.form().unwrap().iter().map(|(name, value)| (name.as_ref(), value));
    let values = fields.chain(request.headers.iter().map(|(name, value)| (*name, value)));
    let secrets = values.filter(|(_, value)| value.is_secret()).map(|(_, value)| value.expose());
    let mut secrets: Vec<&str> = secrets.chain(own.iter().copied()).chain(client_secret).collect();
    secrets.extend(secrets.clone().iter().filter_map(|value| value.strip_prefix("Basic ")));
    for secret in secrets {
        let text = spelled(secret, way);
        let outcome = message.response(&request, repeated(&text, status, place), Timestamp(0));
        let told = outcome.as_ref().err().map(ToString::to_string).unwrap_or_default();
        let said = format!("{told} {outcome:?} {request:?} {message:?}");
        let escaped = format!("{text:?}");
        for form in [text.as_str(), &escaped[1..escaped.len() - 1]] {
            prop_assert!(!said.contains(form), "{form} is in {said}");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(192) })]

    #[test]
    fn no_error_and_nothing_that_prints_holds_a_secret_of_the_request(
        secrets in prop::array::uniform3("[!-~]{8,64}"),
        way_to_authenticate in 0_usize..4,
        status in prop::sample::select(vec![400_u16, 401, 404, 500, 503]),
        place in 0..3 + MEMBERS.len(),
        way in 0_usize..5,
    ) {
        let [token, verifier, client_secret] = secrets;
        let mut provider = Provider::new("https://idp.example.com");
        provider.authentication = match way_to_authenticate {
            0 => ClientAuthentication::None,
            1 => ClientAuthentication::SecretBasic(ClientSecret::new(client_secret.as_str())),
            2 => ClientAuthentication::Assertion(ClientAssertion::new(client_secret.as_str())),
            _ => ClientAuthentication::SecretPost(ClientSecret::new(client_secret.as_str())),
        };
        let (client, parameters, scopes, claims) = (provider.client(), &[][..], &ScopeSet::parse("read"), None);
        let (refresh_token, code_verifier) = (&RefreshToken::new(token.as_str()), &CodeVerifier::new(verifier.as_str()));
        let authorization = &DeviceAuthorization {
            device_code: DeviceCode::new(token.as_str()),
            user_code: "AB-CD".to_owned(),
            verification_uri: "https://idp.example.com/activate".to_owned(),
            verification_uri_complete: None,
            expires_in: 900,
            interval: 5,
            message: None,
            claims: None,
            code_verifier: Some(code_verifier.clone()),
        };
        let how = (status, place, way);
        let client_secret = Some(client_secret.as_str()).filter(|_| way_to_authenticate > 0);
        let refresh = RefreshRequest { client, refresh_token, scopes, claims, account: None, parameters };
        check(&refresh, &[&token], client_secret, how)?;
        check(&RevocationRequest { client, token: refresh_token }, &[&token], client_secret, how)?;
        let authorize = DeviceAuthorizationRequest { client, scopes, claims, code_verifier, parameters };
        check(&authorize, &[], client_secret, how)?;
        let redeem = AuthorizationCodeRequest {
            client,
            code: &AuthorizationCode::new(token.as_str()),
            redirect_uri: "https://app.example.com/cb",
            code_verifier,
            scopes,
            claims,
            parameters,
        };
        check(&redeem, &[&token, &verifier], client_secret, how)?;
        check(&ClientCredentialsRequest { client, scopes, claims, parameters }, &[], client_secret, how)?;
        let assertion = &UserAssertion::new(token.as_str());
        let on_behalf_of = OnBehalfOfRequest { client, assertion, scopes, claims, parameters };
        check(&on_behalf_of, &[&token], client_secret, how)?;
        check(&JwtBearerRequest { client, assertion, scopes, parameters }, &[&token], client_secret, how)?;
        let (subject, actor) = (&SecurityToken::new(token.as_str()), &SecurityToken::new(verifier.as_str()));
        let typed = |token| TypedToken { token, token_type: ACCESS_TOKEN_TYPE };
        let exchange = TokenExchangeRequest {
            client,
            subject: typed(subject),
            actor: Some(typed(actor)),
            requested_token_type: None,
            resources: &[],
            audiences: &[],
            scopes,
            parameters,
        };
        check(&exchange, &[&token, &verifier], client_secret, how)?;
        check(&DeviceTokenRequest { client, authorization, parameters }, &[&token, &verifier], client_secret, how)?;
    }

    #[test]
    fn no_authorization_error_holds_a_secret_of_the_request_or_the_code(
        code in "[!-~]{8,64}",
        which in 0_usize..4,
        place in prop::sample::select(vec!["error", "error_description", "error_uri"]),
        way in 0_usize..5,
    ) {
        let provider = Provider::new("https://idp.example.com");
        let scopes = ScopeSet::parse("read openid");
        let request = AuthorizationRequest::new(provider.client(), "https://app.example.com/cb", &scopes);
        let pending = request.start().unwrap();
        let secrets = [pending.state.expose(), pending.nonce.expose(), pending.code_verifier.expose(), &code];
        let text = spelled(secrets[which], way);
        let escaped = |text: &str| utf8_percent_encode(text, FORM).to_string();
        let description = escaped(&format!("What was sent is {text}, and it is bad"));
        let other = if place == "error" { "x=1" } else { "error=invalid_request" };
        let state = escaped(pending.state.expose());
        let parameters = format!("{other}&{place}={description}&state={state}&code={}", escaped(&code));
        let error = AuthorizationResponse::parse(&parameters, provider.client(), &pending).unwrap_err();
        let said = format!("{error} {error:?} {pending:?}");
        prop_assert!(!said.contains(&text), "{text} is in {said}");
    }
}
