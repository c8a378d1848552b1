//! Silent acquisition: from the cache, or by one refresh.

pub(super) mod persist;
pub(super) mod plan;
pub(super) mod recovery;
pub(super) mod redeem;
pub(super) mod refresh;
pub(super) mod refusal;
pub(super) mod since;
pub(super) mod verify_saved;

use super::{AcquireError, AuthenticationResult, ClientApplication, InteractionRequired, SilentRequest, cached};
use crate::cache::{Account, Document, Skim, Snapshot};
use crate::secret::Window;
use crate::store::Revision;
use plan::{Plan, Task, plan, query};
use refresh::Refresh;
use since::Beginning;

impl ClientApplication<'_> {
    /// Returns a valid access token: the cached one, without network and write, or a refreshed one, which is saved
    /// before it is returned. An aging token (past its `refresh_on`) is refreshed too, and returned if the refresh
    /// fails.
    ///
    /// If many processes ask at once, one of them sends the request, and the others use its result.
    ///
    /// # Errors
    /// [`AcquireError::InteractionRequired`] if a person has to sign in, [`AcquireError::Unavailable`] if the server
    /// does not answer (nobody is signed out then), and other variants as described there.
    pub async fn acquire_token_silent(&self, request: &SilentRequest) -> Result<AuthenticationResult, AcquireError> {
        self.reported(self.cached_or_refreshed(request).await)
    }

    pub(super) async fn cached_or_refreshed(
        &self,
        request: &SilentRequest,
    ) -> Result<AuthenticationResult, AcquireError> {
        let Task { account, plan, beginning } = match self.look(request).await? {
            Some(task) => task,
            None => {
                let revision = self.store.revision(&self.partition).await;
                let cache = self.load_cache().await?;
                let account = self.select_account(cache.document(), request.account.as_deref())?;
                let account = account.ok_or_else(AcquireError::nothing_cached)?;
                self.task(cache.document(), revision, account, request)
            }
        };
        match plan {
            Plan::Serve(token) => Ok(AuthenticationResult::cached(token, account)),
            Plan::SignIn => {
                let account = Box::new(account);
                Err(AcquireError::InteractionRequired(InteractionRequired::NoRefreshToken { account }))
            }
            Plan::Refresh { fallback, .. } if request.offline => {
                fallback.map(|token| AuthenticationResult::cached(token, account)).ok_or(AcquireError::Offline)
            }
            Plan::Refused { failure, fallback } => self.fall_back(account, fallback, *failure),
            Plan::Refresh { refresh_tokens, fallback } => {
                let refresh = Refresh { request, account, beginning, known_outage: None };
                let outcome = Box::pin(self.refresh_once(refresh, &refresh_tokens, fallback)).await?;
                outcome.ensure_min_valid(request.min_valid, self.clock.now())
            }
        }
    }

    /// Fast path. Reads the newest cache piece by piece and returns a usable token, or a refresh, before which
    /// everything is checked again. Returns `None` if the whole document has to be parsed.
    pub(super) async fn look(&self, request: &SilentRequest) -> Result<Option<Task>, AcquireError> {
        let (client_id, environment) = (&self.registration.client_id, self.registration.environment());
        let see = |snapshot: &Snapshot<'_>| {
            let account = self.only_account(snapshot.document(), request.account.as_deref())?;
            let task = self.task(snapshot.document(), None, account, request);
            let is_plain = match task.plan {
                Plan::Serve(_) => true,
                Plan::Refresh { .. } => snapshot.is_whole() && !request.offline,
                Plan::Refused { .. } | Plan::SignIn => false,
            };
            is_plain.then_some(task)
        };
        let mut seen = None;
        let mut skim = Skim::new(client_id, &environment, &request.scopes, request.account.as_deref());
        let mut scan = |window: &mut Window<'_>| seen = skim.look(window).and_then(|snapshot| see(&snapshot));
        let mut revision = self.store.scan(&self.partition, &mut scan).await;
        if revision.is_some() && skim.needs_second_look() {
            let mut scan = |window: &mut Window<'_>| seen = skim.look(window).and_then(|snapshot| see(&snapshot));
            let again = self.store.scan(&self.partition, &mut scan).await;
            revision = again.filter(|again| Some(*again) == revision);
        }
        if revision.is_none() {
            seen = None;
            let mut read = |bytes: &[u8]| {
                seen = see(&Snapshot::scan(bytes)?);
                Ok(())
            };
            cached::peek(self.store, &self.partition, &mut read).await?;
        }
        if let Some(task) = &mut seen {
            task.beginning.revision = revision;
        }
        Ok(seen)
    }

    fn task(&self, cache: Document<'_>, revision: Option<Revision>, account: Account, request: &SilentRequest) -> Task {
        let (at, elapsed) = (self.clock.now(), self.clock.elapsed());
        let plan = plan(cache, &self.registration, &account, request, at, None);
        let mut seen = Vec::new();
        if let Plan::Refresh { .. } = plan {
            let like = cache.access_tokens_like(&query(&self.registration, &account, request));
            seen.extend(like.into_iter().map(|entry| entry.secret));
        }
        Task { account, plan, beginning: Beginning { revision, at, elapsed, seen } }
    }
}
