//! What a JSON Web Token says (RFC 7519 §4). No signature is verified here.

use zeroize::Zeroizing;

use super::json::Members;
use crate::secret::jwt_payload;

/// The claims of an ID token, decoded.
pub(super) struct Claims(Zeroizing<Vec<u8>>);

impl Claims {
    /// `None` if it cannot be decoded.
    pub(super) fn read(id_token: &str) -> Option<Claims> {
        jwt_payload(id_token).map(Claims)
    }

    /// A claim that is a text, or a number, which some providers write where a text should be.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        Members::parse(&self.0)?.text(name)
    }
}

/// Returns when an access token expires, in seconds since the epoch, if it is a JWT (`exp`). Clients should not read
/// access tokens (RFC 9068 §6): this is for responses that name no lifetime, and for a web API's own callers.
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
