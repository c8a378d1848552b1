//! `tokcache cache check` over a shared store: reads the cache of every user.

use std::ops::ControlFlow;

use serde_json::json;
use tokcache_core::cache::TokenCache;
use tokcache_core::store::{Partition, StoreError};

use crate::cli::context::Context;
use crate::cli::store::shared::progress::Progress;
use crate::cli::store::shared::{SharedStore, is_of_document};
use crate::cli::{Exit, Failure};
use crate::output::{self, AnswerFormat, plain, tell};

/// The result of a check.
#[derive(Default)]
struct Counts {
    users: usize,
    accounts: usize,
    access_tokens: usize,
    refresh_tokens: usize,
    unreadable: usize,
    /// The first partition with something unreadable.
    first: Option<Partition>,
}

/// Checks the settings of the server and the cache of every user. Reports each damaged cache or entry.
pub(in crate::cli) fn check(context: &Context, shared: &SharedStore, format: AnswerFormat) -> Result<(), Failure> {
    let url = plain(&context.store.describe().url);
    for warning in shared.warnings()? {
        tell(plain(&format!("warning: {warning}")));
    }
    let mut progress = Progress::new(context.clock.clone(), "checked");
    progress.expect_all_of(shared.contract());
    let mut counts = Counts::default();
    let mut visit = |partition: &Partition, cache: Result<TokenCache, StoreError>| {
        progress.step();
        match cache {
            Ok(cache) => counts.add(partition, &cache, &progress),
            Err(error) if is_of_document(&error) => {
                counts.add_unreadable(partition, &error.to_string(), &progress);
            }
            Err(error) => return Err(error),
        }
        Ok(ControlFlow::Continue(()))
    };
    let outcome = shared.for_each_cache(&mut visit);
    progress.end();
    outcome?;
    let Counts { users, accounts, access_tokens, refresh_tokens, unreadable, first } = counts;
    if let Some(first) = first {
        let message = format!("unreadable caches and entries in {url}: {unreadable}; they were not changed");
        return Err(Failure::new(Exit::Store, message).try_tokcache(["clear", "--account", first.as_str()]));
    }
    if format == AnswerFormat::Json {
        return Ok(output::answer_json(&json!({
            "store": url,
            "users": users,
            "accounts": accounts,
            "access_tokens": access_tokens,
            "refresh_tokens": refresh_tokens,
        }))?);
    }
    let verdict = if users == 0 { "empty" } else { "intact" };
    let report = format!(
        "{url}: {verdict}; users {users}, accounts {accounts}, access tokens {access_tokens}, refresh tokens \
         {refresh_tokens}\n"
    );
    Ok(output::answer(report.as_bytes())?)
}

impl Counts {
    fn add(&mut self, partition: &Partition, cache: &TokenCache, progress: &Progress) {
        self.users += 1;
        self.accounts += cache.accounts(None).len();
        self.access_tokens += cache.access_tokens().len();
        self.refresh_tokens += cache.refresh_tokens().len();
        for entry in cache.unreadable() {
            let what = format!("{partition}: {} {}: {}", entry.section, entry.key, entry.reason);
            self.add_unreadable(partition, &what, progress);
        }
    }

    fn add_unreadable(&mut self, partition: &Partition, what: &str, progress: &Progress) {
        progress.tell(what);
        self.unreadable += 1;
        self.first.get_or_insert_with(|| partition.clone());
    }
}
