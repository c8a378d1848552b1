//! The common errors of the Microsoft identity platform at a sign-in or refresh, with their causes and remedies. Data
//! from Microsoft's list of AADSTS codes.

/// The remedy for a refusal.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Remedy {
    /// Sign in (again): the person has to do something in a browser.
    SignIn,
    /// Sign in with another flow: a policy forbids this flow or this device.
    AnotherFlow,
    /// Ask an administrator of the tenant or the application.
    Administrator,
    /// Use another client id, or change the registration of this one.
    Client,
    /// Request other scopes, or another resource.
    Scope,
    /// Use the right tenant in the authority.
    Tenant,
    /// Wait.
    Later,
}

/// An AADSTS error.
#[derive(Debug, Eq, PartialEq)]
pub struct EntraError {
    /// The number after `AADSTS`.
    pub number: u64,
    /// The cause, for people, as part of a sentence.
    pub cause: &'static str,
    /// The remedy.
    pub remedy: Remedy,
    /// The remedy if a device code was refused, because the actions in the browser on another device were not
    /// sufficient.
    pub at_device: Remedy,
}

impl EntraError {
    /// Returns the error with this number, if it is known.
    pub(super) fn of(number: u64) -> Option<&'static EntraError> {
        ERRORS.iter().find(|error| error.number == number)
    }
}

const fn error(number: u64, remedy: Remedy, cause: &'static str) -> EntraError {
    EntraError { number, cause, remedy, at_device: remedy }
}

/// An error that a sign-in fixes, except one by device code, for which the actions in the browser do not count.
const fn strict(number: u64, cause: &'static str) -> EntraError {
    EntraError { number, cause, remedy: Remedy::SignIn, at_device: Remedy::AnotherFlow }
}

const ERRORS: &[EntraError] = &[
    error(16_000, Remedy::SignIn, "several accounts are signed in, and one has to be chosen"),
    error(50_005, Remedy::AnotherFlow, "a policy does not allow this kind of device"),
    error(50_020, Remedy::Tenant, "the account does not belong to this tenant"),
    error(50_034, Remedy::Tenant, "there is no such account in this tenant"),
    error(50_053, Remedy::Later, "the account is locked after too many attempts"),
    error(50_055, Remedy::SignIn, "the password has expired"),
    error(50_057, Remedy::Administrator, "the account is disabled"),
    error(50_058, Remedy::SignIn, "there is no session to sign in with silently"),
    error(50_059, Remedy::Tenant, "the authority does not say which tenant"),
    strict(50_072, "a policy demands multi-factor authentication, which this account has not set up"),
    strict(50_074, "a policy demands multi-factor authentication"),
    strict(50_076, "a policy demands multi-factor authentication"),
    strict(50_078, "the multi-factor authentication has expired"),
    strict(50_079, "a policy demands multi-factor authentication, which this account has not set up"),
    error(50_097, Remedy::AnotherFlow, "a policy demands a device that is known to the organisation"),
    error(50_105, Remedy::Administrator, "the account is not assigned to this application"),
    error(50_126, Remedy::SignIn, "the user name or password is wrong"),
    error(50_129, Remedy::AnotherFlow, "a policy demands a device that has joined the organisation"),
    error(50_131, Remedy::AnotherFlow, "a policy does not allow access from here"),
    error(50_132, Remedy::SignIn, "the session was ended or the password has changed"),
    error(50_133, Remedy::SignIn, "the password has expired or was changed"),
    error(50_140, Remedy::SignIn, "the sign-in was interrupted by a question that was not answered"),
    error(50_144, Remedy::SignIn, "the password has expired"),
    strict(50_158, "a policy demands a further check by another service"),
    error(50_173, Remedy::SignIn, "the sign-in was revoked, or the password has changed"),
    error(50_194, Remedy::Tenant, "this client may be used with its own tenant only"),
    error(51_004, Remedy::Tenant, "there is no such account in this tenant"),
    error(53_000, Remedy::AnotherFlow, "a policy demands a device that complies with the organisation's rules"),
    error(53_001, Remedy::AnotherFlow, "a policy demands a device that has joined the organisation"),
    error(53_002, Remedy::AnotherFlow, "a policy demands an application that the organisation has approved"),
    error(53_003, Remedy::AnotherFlow, "a Conditional Access policy does not allow this sign-in"),
    error(53_004, Remedy::AnotherFlow, "multi-factor authentication has to be set up from a place that is trusted"),
    error(53_009, Remedy::AnotherFlow, "a policy demands an application that protects the organisation's data"),
    error(65_001, Remedy::SignIn, "nobody has consented to what the client asks for"),
    error(65_002, Remedy::Client, "this client may not ask for this resource"),
    error(65_004, Remedy::SignIn, "the person did not consent to what the client asks for"),
    error(65_005, Remedy::Client, "the client is not registered for this resource"),
    error(70_002, Remedy::Client, "the client could not prove who it is"),
    error(70_003, Remedy::Client, "the client may not sign in in this way"),
    error(70_008, Remedy::SignIn, "the refresh token has expired"),
    error(70_011, Remedy::Scope, "a scope is not valid"),
    error(70_018, Remedy::SignIn, "the device code is not valid"),
    error(70_019, Remedy::SignIn, "the device code has expired"),
    error(70_020, Remedy::SignIn, "the device code has expired"),
    error(70_043, Remedy::SignIn, "a policy demands to sign in again after some time"),
    error(75_016, Remedy::SignIn, "the sign-in was cancelled"),
    error(90_002, Remedy::Tenant, "there is no such tenant"),
    error(90_033, Remedy::Later, "the service is not available for a moment"),
    error(90_072, Remedy::Tenant, "the account is of another tenant and is not known in this one"),
    error(90_094, Remedy::Administrator, "an administrator has to consent to what the client asks for"),
    error(90_095, Remedy::Administrator, "an administrator has to consent to what the client asks for"),
    error(135_010, Remedy::AnotherFlow, "this device is not known to the organisation"),
    error(135_011, Remedy::Administrator, "this device is disabled"),
    error(500_011, Remedy::Scope, "the resource is not known in this tenant"),
    error(500_571, Remedy::Administrator, "the guest account is disabled"),
    error(530_003, Remedy::AnotherFlow, "a policy demands a device that the organisation manages"),
    error(530_032, Remedy::AnotherFlow, "a policy of the tenant does not allow this sign-in"),
    error(530_034, Remedy::Administrator, "the delegated administrator is blocked for a risk"),
    error(530_035, Remedy::AnotherFlow, "the security defaults of the tenant do not allow this sign-in"),
    error(530_036, Remedy::AnotherFlow, "a policy does not allow sign-ins by device code"),
    error(650_052, Remedy::Administrator, "the organisation has no subscription for this service"),
    error(650_057, Remedy::Client, "the client is not registered for this resource"),
    error(700_003, Remedy::AnotherFlow, "this device is not known to the organisation any more"),
    error(700_016, Remedy::Client, "the client is not known in this tenant"),
    error(700_038, Remedy::Client, "the client id is not valid"),
    error(700_082, Remedy::SignIn, "the refresh token has expired, as it was not used for long"),
    error(700_084, Remedy::SignIn, "the refresh token has expired"),
    error(7_000_112, Remedy::Client, "the application is disabled"),
    error(7_000_218, Remedy::Client, "the client is not registered as a public client (\"Allow public client flows\")"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_has_no_number_twice() {
        assert!(ERRORS.is_sorted_by(|one, next| one.number < next.number));
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
