//! `tokcache list` over a shared store: prints the users page by page, in little memory.

use std::ops::ControlFlow;

use pollster::FutureExt as _;
use tokcache_core::acquire::{self, AcquireError};
use tokcache_core::cache::{Account, TokenCache};
use tokcache_core::store::{Partition, StoreError};
use tokcache_core::time::Clock;
use tokcache_core::types::ScopeSet;

use super::view::view;
use crate::cli::Failure;
use crate::cli::context::Context;
use crate::cli::context::account::is_named;
use crate::cli::store::shared::SharedStore;
use crate::output::{self, AccountView, ListFormat, ListStream, ListView, plain};

/// The accounts whose rows are aligned together.
const ROWS: usize = 500;

/// The bytes that are held back, so that a failure leaves a short answer unprinted.
const HELD_BACK: usize = 1 << 20;

/// The largest number of users with the same name that are listed.
const MOST_NAMESAKES: usize = 1000;

/// A list in the making.
pub(super) struct UserList<'c> {
    context: &'c Context,
    stream: ListStream,
    accounts: Vec<AccountView>,
    text: String,
    is_empty: bool,
}

impl<'c> UserList<'c> {
    pub(in crate::cli) fn new(context: &'c Context, format: ListFormat) -> Self {
        let stream = ListStream::new(format, output::layout());
        UserList { context, stream, accounts: Vec::new(), text: String::new(), is_empty: true }
    }

    /// Prints all users, or those that `--account` names.
    pub(in crate::cli) fn print(mut self, shared: &SharedStore) -> Result<(), Failure> {
        match self.context.settings.account.clone() {
            Some(wanted) => self.print_account(shared, &wanted)?,
            None => {
                let mut visit = |partition: &Partition, cache: Result<TokenCache, StoreError>| {
                    self.add(&cache.map_err(|error| unreadable(error, partition))?, partition, None)
                };
                shared.for_each_cache(&mut visit)?;
            }
        }
        self.end()
    }

    fn print_account(&mut self, shared: &SharedStore, wanted: &str) -> Result<(), Failure> {
        let fitting = |cache: &TokenCache| -> Vec<Account> {
            let accounts = cache.holdings().0.into_iter().map(|holding| holding.account);
            accounts.filter(|account| is_named(account, wanted)).collect()
        };
        let mut partitions: Vec<_> =
            shared.find(Some(wanted), MOST_NAMESAKES, &fitting)?.into_iter().map(|(partition, _)| partition).collect();
        partitions.push(Partition::named(wanted));
        partitions.sort();
        partitions.dedup();
        for partition in partitions {
            let cache = acquire::load(shared.contract(), &partition).block_on();
            let _ = self.add(&cache.map_err(|error| unreadable(error, &partition))?, &partition, Some(wanted))?;
        }
        if self.is_empty {
            let error = AcquireError::NoSuchAccount { wanted: wanted.to_owned(), candidates: Vec::new() };
            return Err(self.context.failure(error, &ScopeSet::default()));
        }
        Ok(())
    }

    /// Adds the accounts of a cache. One that is `wanted` counts only in its own partition, as for the other commands.
    fn add(
        &mut self,
        cache: &TokenCache,
        partition: &Partition,
        wanted: Option<&str>,
    ) -> Result<ControlFlow<()>, Failure> {
        let owners = self.context.owners(cache)?;
        let mut found = view(cache, wanted, owners.as_deref(), self.context.clock.now()).accounts;
        found.retain(|account| wanted.is_none() || account.home_account_id.as_deref() == Some(partition.as_str()));
        self.is_empty &= found.is_empty();
        self.accounts.extend(found);
        if self.accounts.len() < ROWS {
            return Ok(ControlFlow::Continue(()));
        }
        self.render()?;
        let is_read = self.text.len() < HELD_BACK || output::answer_part(std::mem::take(&mut self.text).as_bytes())?;
        Ok(if is_read { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    }

    fn render(&mut self) -> Result<(), Failure> {
        let accounts = std::mem::take(&mut self.accounts);
        self.text += &self.stream.part(&ListView { accounts })?;
        Ok(())
    }

    fn end(mut self) -> Result<(), Failure> {
        self.render()?;
        self.text += self.stream.end();
        if self.is_empty && self.stream.is_for_people() {
            let why = self.context.absence()?.map(|absence| format!(": {absence}")).unwrap_or_default();
            output::tell(plain(&format!("nobody is signed in{why}")));
        }
        Ok(output::answer(self.text.as_bytes())?)
    }
}

/// The error for a cache that cannot be read. It names the user if the cache is damaged.
fn unreadable(error: StoreError, partition: &Partition) -> Failure {
    let is_damaged = matches!(error, StoreError::Damaged { .. });
    let failure = Failure::from(error);
    if is_damaged { failure.try_tokcache(["clear", "--account", partition.as_str()]) } else { failure }
}
