//! The secrets of a user: passphrases and the keys that they protect, files, and typed secrets.

pub(super) mod file;
pub(super) mod input;
pub(super) mod keys;
pub(super) mod passphrase;
