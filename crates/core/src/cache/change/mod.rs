//! Applies token responses, refusals and sign-outs to the cache.

pub(super) mod evidence;
pub(super) mod grant;
pub(super) mod record;
pub(super) mod refusal;
pub(super) mod remove;
pub(super) mod rotate;
pub(super) mod withheld;
