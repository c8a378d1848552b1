//! What silent acquisition would do, and why; offline.

use super::plan::{Plan, plan, query};
use super::{AcquireError, ClientApplication, SilentRequest};
use crate::cache::{AccessTokenEntry, Account, Verdict};
use crate::types::ScopeSet;

/// What [`ClientApplication::acquire_token_silent`] would do.
#[derive(Debug)]
pub struct Explanation {
    /// Whose token is wanted; `None`: nobody is signed in.
    pub account: Option<Account>,
    /// Every access token in the cache, and why it is or is not used.
    pub considered: Vec<Considered>,
    /// What would be done.
    pub decision: Decision,
}

/// An access token and what was found of it.
#[derive(Debug)]
pub struct Considered {
    /// The entry.
    pub entry: AccessTokenEntry,
    /// Whether it can be used.
    pub verdict: Verdict,
}

/// What would be done.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Decision {
    /// Only the network would help, and it may not be used.
    Offline,
    /// A refresh token would be spent; `old_token_valid`: should that fail, the cached access token would be served.
    Refresh {
        /// Whether there is a cached token to fall back on.
        old_token_valid: bool,
    },
    /// The server leaves these scopes out of what it grants.
    NotGranted {
        /// What is missing.
        scopes: ScopeSet,
    },
    /// Somebody has to sign in: the server has just refused the refresh token.
    Refused,
    /// The cached access token of this key would be served, with neither network nor write.
    Serve {
        /// The entry's key in the file.
        key: String,
    },
    /// Somebody has to sign in.
    SignIn,
}

impl ClientApplication<'_> {
    /// Decides as [`acquire_token_silent`](ClientApplication::acquire_token_silent) does, by the same function, and does
    /// nothing.
    ///
    /// # Errors
    /// [`AcquireError::Store`] when the cache cannot be read, and as for a token when the account is not clear.
    pub async fn explain(&self, request: &SilentRequest) -> Result<Explanation, AcquireError> {
        let cache = self.load_cache().await?;
        let account = self.select_account(cache.document(), request.account.as_deref())?;
        let mut considered = Vec::new();
        let decision = match &account {
            None => Decision::SignIn,
            Some(account) => {
                let now = self.clock.now();
                let query = query(&self.registration, account, request);
                cache.judge_access_tokens(&query, now, &mut |entry, verdict| {
                    considered.push(Considered { entry: entry.clone(), verdict });
                });
                match plan(cache.document(), &self.registration, account, request, now, None) {
                    Plan::Serve(token) | Plan::Refused { fallback: Some(token), .. } => {
                        Decision::Serve { key: token.key }
                    }
                    Plan::Refused { failure, fallback: None } => match *failure {
                        AcquireError::ScopeNotGranted { scopes } => Decision::NotGranted { scopes },
                        _ => Decision::Refused,
                    },
                    Plan::Refresh { fallback: Some(token), .. } if request.offline => {
                        Decision::Serve { key: token.key }
                    }
                    Plan::Refresh { fallback: None, .. } if request.offline => Decision::Offline,
                    Plan::Refresh { fallback, .. } => Decision::Refresh { old_token_valid: fallback.is_some() },
                    Plan::SignIn => Decision::SignIn,
                }
            }
        };
        Ok(Explanation { account, considered, decision })
    }
}
