//! The claims of a JSON Web Token (RFC 7519 §4). This module verifies no signatures.

use zeroize::Zeroizing;

use super::json::Members;
use crate::secret::jwt_payload;

/// The decoded claims of an ID token.
pub(super) struct Claims(Zeroizing<Vec<u8>>);

impl Claims {
    /// Decodes the claims; `None` if that fails.
    pub(super) fn read(id_token: &str) -> Option<Claims> {
        jwt_payload(id_token).map(Claims)
    }

    /// Returns a claim that is a text or, at some providers, a number.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        Members::parse(&self.0)?.text(name)
    }
}

/// Returns the expiry (`exp`) of an access token that is a JWT, in seconds since the epoch. Clients should not read
/// access tokens (RFC 9068 §6): use this only for responses without a lifetime, and for a web API's own callers.
pub(crate) fn jwt_expiry(token: &str) -> Option<u64> {
    Members::parse(&jwt_payload(token)?)?.seconds("exp")
}

#[cfg(test)]
mod tests {
    use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};

    use super::*;

    fn token(claims: &str) -> String {
        format!("e30.{}.c2ln", BASE64_URL_SAFE_NO_PAD.encode(claims))
    }

    #[test]
    fn the_expiry_of_a_jwt_is_read_and_of_anything_else_is_not() {
        assert_eq!(jwt_expiry(&token(r#"{"exp":1700000000}"#)), Some(1_700_000_000));
        assert_eq!(jwt_expiry("opaque"), None);
    }
}
