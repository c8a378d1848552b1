//! The MSAL unified cache schema as a pure model: no files, no network, no clock.
