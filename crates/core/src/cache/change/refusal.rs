//! Remembers beside a refresh token that the server refused it, so that only one of many processes sends it.

use crate::cache::Section;
use crate::cache::entry::fields::Fields;
use crate::cache::find::matching::Within;
use crate::cache::text::edit::Edit;
use crate::cache::text::rewrite::{with_fields, without_fields};
use crate::secret::RefreshToken;
use crate::time::Timestamp;
use crate::types::Issuer;

/// The refusal of a refresh token. It contains no secret.
///
/// Other libraries keep fields that they do not know, so the fields survive their saves. Only tokcache reads them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Refusal {
    /// The time of the refusal.
    pub refused_on: Timestamp,
    /// A digest of the refused token. MSAL Python keeps this field when it rotates the token, so the field must
    /// distinguish the refused token from its successor.
    pub fingerprint: String,
    /// The response's `error` (RFC 6749 §5.2).
    pub error: String,
    /// The response's `error_description`.
    pub error_description: Option<String>,
    /// The response's `suberror`, from Entra.
    pub suberror: Option<String>,
}

/// The fields of an entry that hold a refusal.
pub(in crate::cache) const FIELDS: [&str; 5] = [REFUSED_ON, FINGERPRINT, ERROR, ERROR_DESCRIPTION, SUBERROR];

const REFUSED_ON: &str = "tokcache_refused_on";
const FINGERPRINT: &str = "tokcache_refused";
const ERROR: &str = "tokcache_error";
const ERROR_DESCRIPTION: &str = "tokcache_error_description";
const SUBERROR: &str = "tokcache_suberror";

impl Refusal {
    pub(in crate::cache) fn read(fields: &Fields<'_>) -> Option<Self> {
        Some(Refusal {
            refused_on: fields.lenient_time(REFUSED_ON)?,
            fingerprint: fields.lenient(FINGERPRINT)?.into(),
            error: fields.lenient(ERROR).unwrap_or_default().into(),
            error_description: fields.lenient(ERROR_DESCRIPTION).map(Into::into),
            suberror: fields.lenient(SUBERROR).map(Into::into),
        })
    }

    /// Writes the refusal into every entry that holds the token.
    pub(in crate::cache) fn note(&self, edit: &mut Edit<'_>, issuer: &Issuer, refused: &RefreshToken) {
        let within = Within::new(edit.document, issuer);
        let refused_on = self.refused_on.to_string();
        let mut fields = vec![
            (REFUSED_ON, Some(refused_on.as_str())),
            (FINGERPRINT, Some(self.fingerprint.as_str())),
            (ERROR, Some(self.error.as_str())),
        ];
        let optional = [(ERROR_DESCRIPTION, &self.error_description), (SUBERROR, &self.suberror)];
        fields.extend(optional.into_iter().filter_map(|(name, text)| Some((name, Some(text.as_deref()?)))));
        for entry in edit.document.entries(Section::RefreshToken) {
            let holds = |fields: Fields<'_>| {
                let is_refused = fields.lenient("secret").is_some_and(|own| RefreshToken::new(own) == *refused);
                is_refused && within.may_hold(&fields)
            };
            if entry.fields().is_ok_and(holds) {
                let unrefused = without_fields(entry.value(), &FIELDS, edit.style);
                let value = with_fields(unrefused.as_bytes(), &fields, edit.style);
                edit.replace(Section::RefreshToken, &entry, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::cache::TokenCache;
    use crate::types::Environment;

    use super::*;

    const TEXT: &str = r#"{"RefreshToken": {
        "a": {"secret": "RT", "client_id": "c", "environment": "e", "x": [1.0]},
        "b": {"secret": "OTHER", "client_id": "c", "environment": "e"}
    }}"#;

    fn refusal() -> Refusal {
        Refusal {
            refused_on: Timestamp(1_700_000_000),
            fingerprint: "0123".into(),
            error: "invalid_grant".into(),
            error_description: Some("gone".into()),
            suberror: None,
        }
    }

    fn issuer() -> Issuer {
        Environment::new("e").into()
    }

    fn refused() -> TokenCache {
        let mut cache = TokenCache::deserialize(TEXT.as_bytes()).unwrap();
        cache.note_refusal(&issuer(), &RefreshToken::new("RT"), &refusal());
        cache
    }

    #[test]
    fn a_refusal_is_read_as_it_was_noted_and_only_of_its_token() {
        let refusals: Vec<_> = refused().refresh_tokens().into_iter().map(|entry| entry.refusal).collect();
        assert_eq!(refusals, [Some(refusal()), None]);
    }

    #[test]
    fn a_later_refusal_leaves_nothing_of_the_former() {
        let mut cache = refused();
        let later = Refusal { error_description: None, suberror: Some("bad_token".into()), ..refusal() };
        cache.note_refusal(&issuer(), &RefreshToken::new("RT"), &later);
        assert_eq!(cache.refresh_tokens()[0].refusal, Some(later));
    }

    #[test]
    fn a_successor_is_not_refused_and_the_rest_stays_to_the_letter() {
        let mut cache = refused();
        cache.replace_refresh_token(&issuer(), &RefreshToken::new("RT"), &RefreshToken::new("RT2"), Timestamp(1));
        assert_eq!(*cache.serialize(), TEXT.replace("RT", "RT2"));
    }

    #[test]
    fn a_successor_of_a_token_that_is_gone_changes_nothing() {
        let mut cache = refused();
        cache.mark_saved();
        cache.replace_refresh_token(&issuer(), &RefreshToken::new("GONE"), &RefreshToken::new("RT2"), Timestamp(1));
        assert!(!cache.has_state_changed());
    }
}
