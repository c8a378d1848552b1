//! Changes to the cache: what a token response, a refusal and a sign-out mean.

pub(super) mod evidence;
pub(super) mod grant;
pub(super) mod record;
pub(super) mod refusal;
pub(super) mod remove;
pub(super) mod rotate;
pub(super) mod withheld;
