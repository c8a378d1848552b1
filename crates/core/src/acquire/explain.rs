//! Explains the decision of a silent acquisition, offline.

use super::flows::client_credentials::ClientCredentials;
use super::flows::on_behalf_of::OnBehalfOf;
use super::flows::token_request::{Found, TokenRequest, TokenRequestPlan};
use super::silent::plan::{Plan, plan, query};
use super::{AcquireError, ClientApplication, SilentRequest};
use crate::cache::{AccessTokenEntry, Account, Reason, RefreshTokenEntry, TokenCache, Verdict};
use crate::secret::UserAssertion;
use crate::types::ScopeSet;

/// The decision of [`ClientApplication::acquire_token_silent`], with its reasons.
#[derive(Debug)]
pub struct Explanation {
    /// The account of the token; `None`: nobody is signed in.
    pub account: Option<Account>,
    /// Every access token in the cache, and why it is or is not used.
    pub considered: Vec<Considered>,
    /// The decision.
    pub decision: Decision,
    /// The refresh token that would be redeemed first.
    pub refresh_token: Option<RefreshTokenEntry>,
    /// By how many seconds this machine's clock was ahead of the provider's at the latest token response, if they
    /// differed.
    pub clock_offset: Option<i64>,
}

/// An access token with the verdict on it.
#[derive(Debug)]
pub struct Considered {
    /// The entry.
    pub entry: AccessTokenEntry,
    /// Whether the token can be used.
    pub verdict: Verdict,
}

/// The decision of a silent acquisition.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Decision {
    /// Only the network could help, and it may not be used.
    Offline,
    /// A refresh token would be redeemed.
    Refresh {
        /// Whether the cached access token would be served if the refresh failed.
        old_token_valid: bool,
    },
    /// The provider would be asked for a token of the client itself.
    Request {
        /// Whether the cached access token would be served if the request failed.
        old_token_valid: bool,
    },
    /// The server does not grant these scopes.
    NotGranted {
        /// The missing scopes.
        scopes: ScopeSet,
    },
    /// A person has to sign in, because the server has just refused the refresh token.
    Refused,
    /// The cached access token with this key would be served, without network and write.
    Serve {
        /// The entry's key in the file.
        key: String,
    },
    /// A person has to sign in.
    SignIn,
}

impl ClientApplication<'_> {
    /// Returns the decision of [`acquire_token_silent`](ClientApplication::acquire_token_silent), made by the same
    /// function, without acting on it.
    ///
    /// # Errors
    /// [`AcquireError::Store`] if the cache cannot be read, and the same errors as for a token if the account is
    /// ambiguous.
    pub async fn explain(&self, request: &SilentRequest) -> Result<Explanation, AcquireError> {
        let cache = self.load_cache().await?;
        let account = self.select_account(cache.document(), request.account.as_deref())?;
        let mut considered = Vec::new();
        let mut refresh_token = None;
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
                    Plan::Refresh { fallback, refresh_tokens } => {
                        refresh_token = refresh_tokens.into_iter().next();
                        Decision::Refresh { old_token_valid: fallback.is_some() }
                    }
                    Plan::SignIn => Decision::SignIn,
                }
            }
        };
        let clock_offset = clock_offset(&cache, &considered);
        Ok(Explanation { account, considered, decision, refresh_token, clock_offset })
    }

    /// Returns the decision of [`acquire_token_for_client`](ClientApplication::acquire_token_for_client), made by the
    /// same function, without acting on it.
    ///
    /// # Errors
    /// [`AcquireError::Store`] if the cache cannot be read.
    pub async fn explain_for_client(&self, request: &SilentRequest) -> Result<Explanation, AcquireError> {
        self.explain_token_request(&ClientCredentials { application: self, request }, request).await
    }

    /// Returns the decision of [`acquire_token_on_behalf_of`](ClientApplication::acquire_token_on_behalf_of), made by the
    /// same function, without acting on it.
    ///
    /// # Errors
    /// [`AcquireError::Store`] if the cache cannot be read.
    pub async fn explain_on_behalf_of(
        &self,
        assertion: &UserAssertion,
        request: &SilentRequest,
    ) -> Result<Explanation, AcquireError> {
        self.explain_token_request(&OnBehalfOf::new(self, assertion, request), request).await
    }

    async fn explain_token_request(
        &self,
        token_request: &dyn TokenRequest,
        request: &SilentRequest,
    ) -> Result<Explanation, AcquireError> {
        let (cache, now) = (self.load_cache().await?, self.clock.now());
        let mut considered = Vec::new();
        let (query, account) = token_request.query(&cache, now).unzip();
        let found = query.and_then(|query| {
            cache.judge_access_tokens(&query, now, &mut |entry, verdict| {
                considered.push(Considered { entry: entry.clone(), verdict });
            })
        });
        let found = found.map(|token| Found { token, account: None });
        let decision = match TokenRequestPlan::new(found, request, now) {
            TokenRequestPlan::Serve(found) => Decision::Serve { key: found.token.key },
            TokenRequestPlan::Offline => Decision::Offline,
            TokenRequestPlan::Request { fallback } => Decision::Request { old_token_valid: fallback.is_some() },
        };
        let (account, clock_offset) = (account.flatten(), clock_offset(&cache, &considered));
        Ok(Explanation { account, considered, decision, refresh_token: None, clock_offset })
    }
}

/// Returns the offset that was noted with the newest token of the provider.
fn clock_offset(cache: &TokenCache, considered: &[Considered]) -> Option<i64> {
    let is_elsewhere = |verdict| verdict == Verdict::Unusable(Reason::EnvironmentDiffers);
    let own = considered.iter().filter(|considered| !is_elsewhere(considered.verdict));
    cache.clock_offset(&own.max_by_key(|considered| considered.entry.cached_at)?.entry.key)
}
