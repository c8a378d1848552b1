//! The capabilities that a client tells Entra ID with each request, such as `CP1`: it handles claims challenges.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::error::RequestError;
use super::json::Members;

/// Returns the `claims` of a request (OpenID Connect Core §5.5): those of the caller, with the capabilities as the claim
/// `xms_cc` of the access token, as MSAL merges them. Without capabilities, the caller's claims are returned verbatim.
///
/// # Errors
/// [`RequestError::InvalidClaims`] unless the claims are a JSON object.
pub(super) fn merged<'c>(
    claims: Option<&'c str>,
    capabilities: &[String],
) -> Result<Option<Cow<'c, str>>, RequestError> {
    if let Some(claims) = claims {
        Members::parse(claims.as_bytes()).ok_or(RequestError::InvalidClaims)?;
    }
    if capabilities.is_empty() {
        return Ok(claims.map(Cow::Borrowed));
    }
    let parsed = claims.map(serde_json::from_str).transpose();
    let mut merged: Map<String, Value> = parsed.map_err(|_| RequestError::InvalidClaims)?.unwrap_or_default();
    let access_token = merged.entry("access_token").or_insert(Value::Null);
    if !access_token.is_object() {
        *access_token = json!({});
    }
    access_token["xms_cc"] = json!({ "values": capabilities });
    Ok(Some(Cow::Owned(Value::Object(merged).to_string())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_cp1(claims: Option<&str>) -> Result<Option<Value>, RequestError> {
        let merged = merged(claims, &["CP1".to_owned()])?;
        Ok(merged.map(|claims| serde_json::from_str(&claims).unwrap()))
    }

    #[test]
    fn capabilities_are_added_to_a_challenge_as_in_msal() {
        let alone = json!({ "access_token": { "xms_cc": { "values": ["CP1"] } } });
        for claims in [None, Some("{}"), Some(r#"{"access_token":null}"#)] {
            assert_eq!(with_cp1(claims), Ok(Some(alone.clone())), "{claims:?}");
        }
        let challenge = r#"{"id_token":{"auth_time":null},"access_token":{"nbf":{"essential":true},"xms_cc":null}}"#;
        let both = json!({
            "id_token": { "auth_time": null },
            "access_token": { "nbf": { "essential": true }, "xms_cc": { "values": ["CP1"] } },
        });
        assert_eq!(with_cp1(Some(challenge)), Ok(Some(both)));
        assert_eq!(with_cp1(Some("[]")), Err(RequestError::InvalidClaims));
    }

    #[test]
    fn without_capabilities_claims_are_passed_to_the_letter() {
        let claims = r#"{ "a" : 1.0 }"#;
        assert_eq!(merged(Some(claims), &[]), Ok(Some(Cow::Borrowed(claims))));
        assert_eq!(merged(None, &[]), Ok(None));
    }
}
