//! The common errors of the Microsoft identity platform, with their causes and remedies.

mod table;

use table::ERRORS;

/// The remedy for a refusal.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Remedy {
    /// Sign in (again): the person has to do something in a browser.
    SignIn,
    /// Sign in with another flow: a policy forbids this flow or this device.
    AnotherFlow,
    /// Ask an administrator of the tenant or the application.
    Administrator,
    /// Use the certificate that is registered for the client, with its key.
    Certificate,
    /// Use another client id, or change the registration of this one.
    Client,
    /// Change the registration of the application: its credentials, its permissions or its redirect URI.
    Registration,
    /// Change the request, which is not complete or not valid.
    Request,
    /// Request other scopes, or another resource.
    Scope,
    /// Use the client's current secret.
    Secret,
    /// Use the right tenant in the authority.
    Tenant,
    /// Wait.
    Later,
}

impl Remedy {
    /// Whether a sign-in may help, perhaps with another flow or for other scopes.
    pub(crate) fn is_sign_in(self) -> bool {
        matches!(self, Remedy::AnotherFlow | Remedy::Scope | Remedy::SignIn)
    }
}

/// An AADSTS error.
#[derive(Debug, Eq, PartialEq)]
pub struct EntraError {
    /// The number after `AADSTS`.
    pub number: u64,
    /// The cause, for people, as part of a sentence.
    pub cause: &'static str,
    /// The remedy for a person whose refresh was refused.
    pub remedy: Remedy,
    /// The remedy if a device code was refused, because the actions in the browser on another device were not
    /// sufficient.
    pub at_device: Remedy,
    /// The remedy for an application that acts for itself.
    pub for_application: Remedy,
}

impl EntraError {
    /// Returns the error with this number, if it is known.
    pub(super) fn of(number: u64) -> Option<&'static EntraError> {
        let position = ERRORS.binary_search_by_key(&number, |error| error.number).ok()?;
        ERRORS.get(position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_has_no_number_twice() {
        assert!(ERRORS.is_sorted_by(|one, next| one.number < next.number));
    }

    #[test]
    fn every_cause_is_a_short_clause_that_begins_with_its_subject() {
        const SUBJECTS: [&str; 7] = ["a ", "an ", "multi-factor ", "no ", "the ", "there is ", "this "];
        const VAGUE: [&str; 7] = ["What", "error", "everybody", "failed", "invalid", "nobody", "whoever"];
        for EntraError { number, cause, .. } in ERRORS {
            let is_subject =
                SUBJECTS.iter().any(|subject| cause.starts_with(subject)) || cause.starts_with("too many ");
            assert!(is_subject, "{number}: {cause}");
            assert!(!cause.ends_with(['.', ' ', ':', ';']) && !cause.contains("  "), "{number}: {cause}");
            assert!(cause.is_ascii() && cause.len() <= 90, "{number}: {cause}");
            assert!(!VAGUE.iter().any(|word| cause.contains(word)), "{number}: {cause}");
            assert!((10_000..10_000_000).contains(number), "{number}");
        }
    }

    #[test]
    fn what_users_meet_is_known() {
        let numbers = "53003 50076 50079 50097 53000 53001 53011 65001 700082 70043 50173 7000215 7000222 90002 90014 \
                       500011 700016 700027 700024 700211 700212 700213 70021 650052 650057 50034 50057 50059 50105 \
                       50158 50126 530003";
        for number in numbers.split_whitespace() {
            assert!(EntraError::of(number.parse().unwrap()).is_some(), "{number}");
        }
    }

    #[test]
    fn what_no_sign_in_by_device_code_can_mend_is_told_apart() {
        for number in [50_076, 53_000, 53_003, 530_003, 50_097] {
            assert_eq!(EntraError::of(number).unwrap().at_device, Remedy::AnotherFlow, "{number}");
        }
        assert_eq!(EntraError::of(50_076).unwrap().remedy, Remedy::SignIn);
        assert_eq!(EntraError::of(700_082).unwrap().at_device, Remedy::SignIn);
        assert_eq!(EntraError::of(1), None);
    }
}
