use super::*;
use crate::oauth::mock_http::Provider;
use crate::secret::{CodeVerifier, Nonce};
use crate::types::{ClientId, ScopeSet};

const ISSUER: &str = "https://idp.example.com";

fn pending(authority: &str) -> PendingAuthorization {
    PendingAuthorization {
        url: String::new(),
        state: State::new("the state"),
        nonce: Nonce::new("canary-nonce"),
        code_verifier: CodeVerifier::new("canary-verifier"),
        authority: authority.to_owned(),
        client_id: ClientId::new("app"),
        redirect_uri: "https://app.example.com/cb".to_owned(),
        scopes: ScopeSet::default(),
        max_age: None,
        claims: None,
        parameters: Vec::new(),
    }
}

fn provider() -> Provider {
    let mut provider = Provider::new(ISSUER);
    provider.endpoints.issuer = Some(ISSUER.to_owned());
    provider
}

fn parse_at(provider: &Provider, parameters: &str) -> Result<String, AuthorizationError> {
    let pending = pending(provider.authority.url());
    let response = AuthorizationResponse::parse(parameters, provider.client(), &pending)?;
    Ok(response.code.expose().to_owned())
}

fn parse(parameters: &str) -> Result<String, AuthorizationError> {
    parse_at(&provider(), parameters)
}

#[test]
fn a_code_of_our_request_is_taken_from_a_query_or_a_form() {
    for parameters in [
        "code=c%2F1+2&state=the+state",
        "?code=c%2f1%202&state=the%20state&session_state=x",
        "state=the+state&code=c/1+2&&iss=https%3A%2F%2Fidp.example.com&client_info=",
    ] {
        assert_eq!(parse(parameters).as_deref(), Ok("c/1 2"), "{parameters}");
    }
}

#[test]
fn a_response_of_another_session_is_refused_whatever_it_says() {
    for parameters in [
        "",
        "code=c",
        "code=c&state=",
        "code=c&state=the+stat",
        "code=c&state=the+state2",
        "code=c&state=The+state",
        "error=access_denied&state=x",
        "iss=https%3A%2F%2Fevil.example&code=c&state=x",
        "code=c#&state=the%2Bstate",
    ] {
        assert_eq!(parse(parameters), Err(AuthorizationError::StateMismatch), "{parameters}");
    }
}

#[test]
fn a_response_of_another_issuer_is_refused_even_if_it_is_an_error() {
    for iss in ["https://evil.example", "https://idp.example.com/", "https://IDP.example.com", "idp.example.com", "x"] {
        for rest in ["code=c", "error=access_denied"] {
            let parameters = format!("state=the+state&iss={iss}&{rest}");
            assert_eq!(parse(&parameters), Err(AuthorizationError::IssuerMismatch), "{parameters}");
        }
    }
}

#[test]
fn an_issuer_that_is_announced_must_be_named() {
    let mut provider = provider();
    provider.endpoints.authorization_response_iss_parameter_supported = true;
    for parameters in ["state=the+state&code=c", "state=the+state&error=access_denied", "state=the+state&code=c&iss="] {
        assert_eq!(parse_at(&provider, parameters), Err(AuthorizationError::IssuerMissing), "{parameters}");
    }
    assert!(parse_at(&provider, "state=the+state&code=c&iss=https://idp.example.com").is_ok());
}

#[test]
fn any_tenant_of_a_template_and_no_other_issuer_answers() {
    let mut provider = Provider::new("https://login.microsoftonline.com/common");
    provider.endpoints.issuer = Some("https://login.microsoftonline.com/{tenantid}/v2.0".to_owned());
    let with = |iss: &str| parse_at(&provider, &format!("code=c&state=the+state&iss={iss}"));
    assert!(with("https://login.microsoftonline.com/3f2c/v2.0").is_ok());
    for iss in [
        "https://login.microsoftonline.com//v2.0",
        "https://login.microsoftonline.com/a/b/v2.0",
        "https://login.microsoftonline.com/v2.0",
        "https://login.microsoftonline.com/3f2c",
        "https://evil.example/3f2c/v2.0",
    ] {
        assert_eq!(with(iss), Err(AuthorizationError::IssuerMismatch), "{iss}");
    }
}

#[test]
fn without_metadata_the_issuer_must_be_the_authority_s() {
    let provider = Provider::new("https://login.microsoftonline.com/contoso.com");
    let with = |iss: &str| parse_at(&provider, &format!("code=c&state=the+state&iss={iss}"));
    assert!(with("https://login.microsoftonline.com/3f2c/v2.0").is_ok());
    assert_eq!(with("https://evil.example/3f2c/v2.0"), Err(AuthorizationError::IssuerMismatch));
}

#[test]
fn a_response_that_was_asked_for_elsewhere_is_refused() {
    let parameters = "code=c&state=the+state";
    let elsewhere = pending("https://other.example.com");
    let response = AuthorizationResponse::parse(parameters, provider().client(), &elsewhere);
    assert_eq!(response, Err(AuthorizationError::AnotherClient));
    let other_client = PendingAuthorization { client_id: ClientId::new("other"), ..pending(ISSUER) };
    let response = AuthorizationResponse::parse(parameters, provider().client(), &other_client);
    assert_eq!(response, Err(AuthorizationError::AnotherClient));
}

#[test]
fn a_parameter_that_stands_there_twice_is_an_error() {
    for parameters in [
        "code=c&state=the+state&code=d",
        "code=c&state=the+state&state=the+state",
        "code=c&state=the+state&iss=https://idp.example.com&iss=https://evil.example",
        "code=c&state=the+state&%63ode=d",
        "code=c&state=the+state&x=1&x=2",
        "code=c&state=&state=the+state",
    ] {
        assert_eq!(parse(parameters), Err(AuthorizationError::DuplicateParameter), "{parameters}");
    }
}

#[test]
fn a_refusal_is_told_before_a_code_is_looked_for() {
    let refused = |parameters: &str| match parse(parameters).unwrap_err() {
        AuthorizationError::Refused(refusal) => *refusal,
        error => panic!("{error:?}"),
    };
    let refusal = refused("error=access_denied&error_description=No+way&error_uri=https://e&state=the+state&code=c");
    assert_eq!(refusal.error, ErrorCode::AccessDenied);
    assert_eq!(refusal.to_string(), "access_denied: No way");
    assert_eq!(refusal.error_uri.as_deref(), Some("https://e"));
    assert_eq!(refused("error=login_required&state=the+state").to_string(), "login_required");
    let long = format!("error=x&state=the+state&error_description={}", "a".repeat(9000));
    assert_eq!(refused(&long).error_description.unwrap().len(), 4096);
}

#[test]
fn neither_a_code_nor_an_error_is_an_error() {
    for parameters in ["state=the+state", "state=the+state&code=&error="] {
        assert_eq!(parse(parameters), Err(AuthorizationError::NoCode), "{parameters}");
    }
}

#[test]
fn what_cannot_be_read_is_malformed() {
    let of_length = |length: usize| format!("state=the+state&code={}", "a".repeat(length - 21));
    assert!(parse(&of_length(LONGEST)).is_ok());
    for parameters in ["code=%ff&state=the+state", "state=the+state&%C3=1", &of_length(LONGEST + 1)] {
        assert_eq!(parse(parameters), Err(AuthorizationError::Malformed));
    }
}

#[test]
fn an_error_says_what_is_wrong() {
    for (parameters, words) in [
        ("state=x", "does not belong to this session"),
        ("state=the+state&iss=x", "names another issuer"),
        ("state=the+state", "neither a code nor an error"),
        ("a=1&a=2", "has a parameter twice"),
        ("%ff", "cannot be read"),
    ] {
        let error = parse(parameters).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn no_error_repeats_a_secret() {
    for parameters in [
        "state=the+state&error=canary-nonce&error_description=a+canary-nonce&code=canary-code",
        "state=the+state&error=x&error_description=your+code+canary-code-12345&code=canary-code-12345",
        "state=the+state&error=x&error_uri=https://e/?v=canary-verifier",
        "state=the+state&code=canary-code&code=canary-code",
        "state=canary-state&code=canary-code",
    ] {
        let error = parse(parameters).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
    }
    let pending = pending(ISSUER);
    let response = AuthorizationResponse::parse("state=the+state&code=canary", provider().client(), &pending);
    assert!(!format!("{response:?}").contains("canary"));
}

#[test]
fn a_state_is_found_before_anything_is_verified() {
    assert_eq!(AuthorizationResponse::state_of("code=c&state=a+b"), Some(State::new("a b")));
    assert_eq!(AuthorizationResponse::state_of("code=c"), None);
    assert_eq!(AuthorizationResponse::state_of("state=a&state=b"), None);
}
