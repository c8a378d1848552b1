//! The authentication of a client (RFC 6749 §2.3).

use base64::encoded_len;
use base64::prelude::{BASE64_STANDARD, Engine};
use percent_encoding::utf8_percent_encode;
use zeroize::Zeroizing;

use super::field::FieldValue;
use super::form::{FORM, Form};
use super::request::Request;
use crate::secret::{ClientAssertion, ClientSecret, Secret};
use crate::types::ClientId;

/// `client_assertion_type`, RFC 7523 §2.2.
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The authentication of a client, with the names of OpenID Connect Core §9 and of provider metadata
/// (`token_endpoint_auth_methods_supported`).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum ClientAuthentication {
    /// `none`: a public client (RFC 6749 §2.1), which sends only its identifier (§3.2.1).
    #[default]
    None,
    /// `client_secret_basic`: the secret is in an `Authorization` header. Every server supports this (RFC 6749 §2.3.1).
    SecretBasic(ClientSecret),
    /// `client_secret_post`: the secret is in the form.
    SecretPost(ClientSecret),
    /// `private_key_jwt`: a signed statement is in the form (RFC 7521 §4.2, RFC 7523 §2.2). It comes from an
    /// [`AssertionSigner`](super::AssertionSigner), new for each request, or from an identity provider that this one trusts (workload identity
    /// federation).
    Assertion(ClientAssertion),
}

impl ClientAuthentication {
    /// Returns the request that posts `form` to `url` with the client's authentication. With `client_secret_basic` the
    /// form has no `client_id`, because a client must use only one method (RFC 6749 §2.3).
    pub fn post_form(&self, client_id: &ClientId, url: &str, mut form: Form) -> Request {
        let mut headers = Vec::new();
        match self {
            ClientAuthentication::None => form.public("client_id", client_id.as_str()),
            ClientAuthentication::SecretBasic(secret) => {
                headers.push(("Authorization", basic(client_id, secret)));
            }
            ClientAuthentication::SecretPost(secret) => {
                form.public("client_id", client_id.as_str());
                form.secret("client_secret", secret);
            }
            ClientAuthentication::Assertion(assertion) => {
                // RFC 7521 §4.2 allows a client to omit its identifier, but Entra ID requires it.
                form.public("client_id", client_id.as_str());
                form.public("client_assertion_type", JWT_BEARER);
                form.secret("client_assertion", assertion);
            }
        }
        Request { headers, ..Request::post_form(url, form) }
    }
}

/// Returns the header of RFC 7617 §2. RFC 6749 §2.3.1 requires form encoding of the identifier and the secret, so that
/// both may contain a colon.
fn basic(client_id: &ClientId, secret: &ClientSecret) -> FieldValue {
    const SCHEME: &str = "Basic ";
    let (id, secret) = (client_id.as_str(), secret.expose());
    // Neither text ever grows, so no copy of the secret is left behind.
    let mut credentials = Zeroizing::new(String::with_capacity(3 * id.len() + 3 * secret.len() + 1));
    credentials.extend(utf8_percent_encode(id, FORM));
    credentials.push(':');
    credentials.extend(utf8_percent_encode(secret, FORM));
    let length = encoded_len(credentials.len(), true).unwrap_or_default();
    let mut header = String::with_capacity(SCHEME.len() + length);
    header.push_str(SCHEME);
    BASE64_STANDARD.encode_string(credentials.as_bytes(), &mut header);
    FieldValue::Secret(Secret::new(header))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(authentication: &ClientAuthentication, client_id: &str) -> Request {
        let mut form = Form::new();
        form.public("grant_type", "client_credentials");
        authentication.post_form(&ClientId::new(client_id), "https://idp.example.com/token", form)
    }

    fn header(client_id: &str, secret: &str) -> String {
        let request = request(&ClientAuthentication::SecretBasic(ClientSecret::new(secret)), client_id);
        let [(name, value)] = request.headers.as_slice() else { panic!("{request:?}") };
        assert_eq!((*name, value.is_secret()), ("Authorization", true));
        value.expose().to_owned()
    }

    #[test]
    fn a_public_client_only_names_itself() {
        let request = request(&ClientAuthentication::None, "app");
        assert_eq!(*request.form().unwrap().encode(), "grant_type=client_credentials&client_id=app");
        assert!(request.headers.is_empty());
    }

    #[test]
    fn the_example_of_rfc_6749_is_encoded_as_there() {
        assert_eq!(header("s6BhdRkqt3", "gX1fBat3bV"), "Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW");
    }

    #[test]
    fn the_identifier_and_the_secret_are_escaped_before_they_are_joined() {
        let credentials = |client_id, secret| {
            let header = header(client_id, secret);
            String::from_utf8(BASE64_STANDARD.decode(header.strip_prefix("Basic ").unwrap()).unwrap()).unwrap()
        };
        assert_eq!(credentials("https://a:b", "p:w%+&"), "https%3A%2F%2Fa%3Ab:p%3Aw%25%2B%26");
        // The characters of RFC 6749 appendix B. A form decoder reads %20 like a plus sign.
        assert_eq!(credentials("a", " %&+£€"), "a:%20%25%26%2B%C2%A3%E2%82%AC");
        assert_eq!(credentials("", ""), ":");
    }

    #[test]
    fn a_secret_in_a_header_leaves_the_form_without_a_client() {
        let request = request(&ClientAuthentication::SecretBasic(ClientSecret::new("s")), "app");
        assert_eq!(*request.form().unwrap().encode(), "grant_type=client_credentials");
    }

    #[test]
    fn a_secret_in_the_form_is_secret_there() {
        let request = request(&ClientAuthentication::SecretPost(ClientSecret::new("p:w")), "app");
        let form = request.form().unwrap();
        assert_eq!(*form.encode(), "grant_type=client_credentials&client_id=app&client_secret=p%3Aw");
        assert!(form.get("client_secret").unwrap().is_secret());
        assert!(request.headers.is_empty());
    }

    #[test]
    fn an_assertion_is_secret_in_the_form_beside_its_type() {
        let request = request(&ClientAuthentication::Assertion(ClientAssertion::new("e30.e30.c2ln")), "app");
        let form = request.form().unwrap();
        assert_eq!(
            *form.encode(),
            "grant_type=client_credentials&client_id=app&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3A\
             client-assertion-type%3Ajwt-bearer&client_assertion=e30.e30.c2ln"
        );
        assert!(form.get("client_assertion").unwrap().is_secret());
        assert!(request.headers.is_empty());
    }

    #[test]
    fn no_authentication_prints_its_secret() {
        for authentication in [
            ClientAuthentication::SecretBasic(ClientSecret::new("canary")),
            ClientAuthentication::SecretPost(ClientSecret::new("canary")),
            ClientAuthentication::Assertion(ClientAssertion::new("canary")),
        ] {
            assert!(!format!("{authentication:?} {:?}", request(&authentication, "app")).contains("canary"));
        }
    }
}
