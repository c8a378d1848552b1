//! Secrets: strings that refuse to print and are wiped when dropped.

mod buffer;
mod fingerprint;
mod jwt;
mod stack;
mod window;
mod wiped_bytes;

use std::fmt;
use std::marker::PhantomData;

pub use buffer::SecretBuffer;
pub use fingerprint::fingerprint;
pub use jwt::{base64url, jwt_payload};
pub use stack::wiping_the_stack;
pub use window::Window;
pub use wiped_bytes::{WipedBytes, wipe};
/// What wipes its content when it is dropped: in the arguments and answers of stores, caches and networks.
pub use zeroize::Zeroizing;

/// The kinds of secret, so that one is never passed for another.
pub mod kind {
    /// RFC 6749 §1.4.
    #[derive(Clone, Copy)]
    pub enum AccessToken {}
    /// RFC 6749 §1.3.1 `code`.
    #[derive(Clone, Copy)]
    pub enum AuthorizationCode {}
    /// RFC 7521 §4.2 `client_assertion`.
    #[derive(Clone, Copy)]
    pub enum ClientAssertion {}
    /// RFC 6749 §2.3.1 `client_secret`.
    #[derive(Clone, Copy)]
    pub enum ClientSecret {}
    /// RFC 7636 §4.1 `code_verifier`.
    #[derive(Clone, Copy)]
    pub enum CodeVerifier {}
    /// RFC 8628 §3.2 `device_code`.
    #[derive(Clone, Copy)]
    pub enum DeviceCode {}
    /// The secret value of a form field or of a header, which may be any of the others.
    #[derive(Clone, Copy)]
    pub enum FieldValue {}
    /// OpenID Connect Core §3.1.2.1 `nonce`.
    #[derive(Clone, Copy)]
    pub enum Nonce {}
    /// What a person remembers instead of a key (RFC 9106 §3.1).
    #[derive(Clone, Copy)]
    pub enum Passphrase {}
    /// The URL of a proxy, perhaps with a password.
    #[derive(Clone, Copy)]
    pub enum ProxyUrl {}
    /// The signed token as received; OpenID Connect Core §2.
    #[derive(Clone, Copy)]
    pub enum RawIdToken {}
    /// RFC 6749 §1.5.
    #[derive(Clone, Copy)]
    pub enum RefreshToken {}
    /// RFC 8693 §1.3: a token of any type.
    #[derive(Clone, Copy)]
    pub enum SecurityToken {}
    /// RFC 6749 §4.1.1 `state`.
    #[derive(Clone, Copy)]
    pub enum State {}
    /// RFC 7521 §4.1 `assertion`.
    #[derive(Clone, Copy)]
    pub enum UserAssertion {}
}

/// The string that a client presents to a protected resource (RFC 6749 §1.4).
pub type AccessToken = Secret<kind::AccessToken>;
/// What a person's approval gives, once, for tokens (RFC 6749 §1.3.1).
pub type AuthorizationCode = Secret<kind::AuthorizationCode>;
/// The signed statement by which a client authenticates (RFC 7521 §4.2).
pub type ClientAssertion = Secret<kind::ClientAssertion>;
/// The password by which a client authenticates (RFC 6749 §2.3.1).
pub type ClientSecret = Secret<kind::ClientSecret>;
/// The secret that proves that two requests come from one client (RFC 7636 §4.1).
pub type CodeVerifier = Secret<kind::CodeVerifier>;
/// The secret half of a device authorization (RFC 8628 §3.2).
pub type DeviceCode = Secret<kind::DeviceCode>;
/// What ties an ID token to the session that asked for it (OpenID Connect Core §3.1.2.1).
pub type Nonce = Secret<kind::Nonce>;
/// What a person remembers instead of a key.
pub type Passphrase = Secret<kind::Passphrase>;
/// The URL of a proxy, in which there may be a password.
pub type ProxyUrl = Secret<kind::ProxyUrl>;
/// An ID token as received, undecoded (OpenID Connect Core §2).
pub type RawIdToken = Secret<kind::RawIdToken>;
/// The string that buys new access tokens (RFC 6749 §1.5).
pub type RefreshToken = Secret<kind::RefreshToken>;
/// A token that is exchanged for another one (RFC 8693 §1.3).
pub type SecurityToken = Secret<kind::SecurityToken>;
/// What ties an authorization response to the session that asked for it (RFC 6749 §4.1.1, §10.12).
pub type State = Secret<kind::State>;
/// The token of a caller, in whose name a web API asks for tokens (RFC 7521 §4.1). It is an access token of the API.
pub type UserAssertion = Secret<kind::UserAssertion>;

/// A secret string: no `Display`, a redacted `Debug`, wiped on drop, compared in constant time.
pub struct Secret<Kind> {
    text: Zeroizing<Box<str>>,
    kind: PhantomData<Kind>,
}

impl<Kind> Secret<Kind> {
    /// Takes the string over.
    pub fn new(text: impl Into<String>) -> Self {
        Secret { text: Zeroizing::new(text.into().into_boxed_str()), kind: PhantomData }
    }

    /// The secret itself. Every call of this is a place to look at when a secret has leaked.
    pub fn expose(&self) -> &str {
        &self.text
    }
}

impl<Kind> Clone for Secret<Kind> {
    fn clone(&self) -> Self {
        Secret { text: self.text.clone(), kind: PhantomData }
    }
}

impl<Kind> PartialEq for Secret<Kind> {
    fn eq(&self, other: &Self) -> bool {
        let (a, b) = (self.expose().as_bytes(), other.expose().as_bytes());
        a.len() == b.len() && a.iter().zip(b).fold(0, |difference, (x, y)| difference | (x ^ y)) == 0
    }
}

impl<Kind> Eq for Secret<Kind> {}

impl<Kind> fmt::Debug for Secret<Kind> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_print() {
        let token = AccessToken::new("canary");
        assert_eq!(format!("{token:?} {:?}", Some(&token)), "[redacted] Some([redacted])");
    }

    #[test]
    fn equality_is_that_of_the_strings() {
        assert_eq!(AccessToken::new("a"), AccessToken::new("a"));
        assert_ne!(AccessToken::new("a"), AccessToken::new("b"));
        assert_ne!(AccessToken::new("a"), AccessToken::new("ab"));
    }
}
