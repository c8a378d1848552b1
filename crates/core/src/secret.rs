//! Secrets: strings that cannot be printed and are wiped on drop.

mod buffer;
mod fingerprint;
mod jwt;
mod stack;
mod visible;
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
/// Wipes its content on drop. Used in the arguments and results of stores, caches and networks.
pub use zeroize::Zeroizing;

/// The kinds of secrets, as types, so that none is passed for another.
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
    /// `IDENTITY_HEADER` of Azure App Service.
    #[derive(Clone, Copy)]
    pub enum ManagedIdentityHeader {}
    /// OpenID Connect Core §3.1.2.1 `nonce`.
    #[derive(Clone, Copy)]
    pub enum Nonce {}
    /// A secret that a person remembers instead of a key (RFC 9106 §3.1).
    #[derive(Clone, Copy)]
    pub enum Passphrase {}
    /// The URL of a proxy, which may contain a password.
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
/// The code that a user's approval yields, to be redeemed once for tokens (RFC 6749 §1.3.1).
pub type AuthorizationCode = Secret<kind::AuthorizationCode>;
/// The signed statement with which a client authenticates (RFC 7521 §4.2).
pub type ClientAssertion = Secret<kind::ClientAssertion>;
/// The password with which a client authenticates (RFC 6749 §2.3.1).
pub type ClientSecret = Secret<kind::ClientSecret>;
/// The secret that proves that two requests come from the same client (RFC 7636 §4.1).
pub type CodeVerifier = Secret<kind::CodeVerifier>;
/// The secret half of a device authorization (RFC 8628 §3.2).
pub type DeviceCode = Secret<kind::DeviceCode>;
/// The header that proves to App Service that a request comes from the app (`IDENTITY_HEADER`).
pub type ManagedIdentityHeader = Secret<kind::ManagedIdentityHeader>;
/// A random value that binds an ID token to the session that requested it (OpenID Connect Core §3.1.2.1).
pub type Nonce = Secret<kind::Nonce>;
/// A secret that a person remembers instead of a key.
pub type Passphrase = Secret<kind::Passphrase>;
/// The URL of a proxy, which may contain a password.
pub type ProxyUrl = Secret<kind::ProxyUrl>;
/// An ID token as received, undecoded (OpenID Connect Core §2).
pub type RawIdToken = Secret<kind::RawIdToken>;
/// The string that is redeemed for new access tokens (RFC 6749 §1.5).
pub type RefreshToken = Secret<kind::RefreshToken>;
/// A token that is exchanged for another one (RFC 8693 §1.3).
pub type SecurityToken = Secret<kind::SecurityToken>;
/// A random value that binds an authorization response to the session that requested it (RFC 6749 §4.1.1, §10.12).
pub type State = Secret<kind::State>;
/// The access token that a caller sent to a web API, which requests tokens on the caller's behalf (RFC 7521 §4.1).
pub type UserAssertion = Secret<kind::UserAssertion>;

/// A secret string: no `Display`, a redacted `Debug`, wiped on drop, compared in constant time.
pub struct Secret<Kind> {
    text: Box<str>,
    kind: PhantomData<Kind>,
}

impl<Kind> Secret<Kind> {
    /// Wraps the string.
    pub fn new(text: impl Into<String>) -> Self {
        Secret { text: text.into().into_boxed_str(), kind: PhantomData }
    }

    /// Returns the secret itself. If a secret has leaked, check the calls of this method.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// Whether all characters are visible ASCII, which RFC 6750 §2.1 requires of a token. Any other one could forge a
    /// header or a command.
    pub fn is_visible_ascii(&self) -> bool {
        visible::is_visible_ascii(self.expose().as_bytes())
    }
}

impl<Kind> Drop for Secret<Kind> {
    fn drop(&mut self) {
        // `Zeroizing` would write one byte at a time.
        wipe(&mut std::mem::take(&mut self.text).into_boxed_bytes());
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
