//! The flows, each in a file of its own, and what they share: sign-ins of a person (`sign_in`), and requests that need no
//! refresh token (`token_request`).

pub(super) mod authorization_code;
pub(super) mod client_credentials;
pub(super) mod device_code;
pub(super) mod identity_assertion;
pub(super) mod managed_identity;
pub(super) mod on_behalf_of;
pub(super) mod sign_in;
pub(super) mod token_request;
