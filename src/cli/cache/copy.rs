//! `tokcache cache copy`: copies the tokens of all users from store to store.
//!
//! The entries of each user are merged into those of the other store, which keeps its newer entries. So a copy that was
//! interrupted is finished by the same command.

use std::sync::Arc;

use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser as _};
use futures_util::{StreamExt as _, stream};
use pollster::FutureExt as _;
use tokcache_core::acquire::{self, Retention};
use tokcache_core::cache::{Merged, ShareOwner, Split, TokenCache};
use tokcache_core::store::{Partition, Store, StoreError};
use tokcache_core::time::{Clock as _, SystemClock};

use crate::cli::context::{Context, IDLE_TIME};
use crate::cli::secrets::keys;
use crate::cli::secrets::passphrase::PromptPolicy;
use crate::cli::settings::profile_format::KeyCache;
use crate::cli::settings::{Settings, values};
use crate::cli::store::shared::progress::Progress;
use crate::cli::store::shared::{AT_ONCE, SharedStore, has_tls, is_of_document, pages};
use crate::cli::store::{self, OpenStore, Opening};
use crate::cli::{Exit, Failure};
use crate::output::{command_line, plain, tell};

/// The number of caches that are saved together in a file.
const BATCH: usize = 200;

#[derive(Args, Debug)]
pub(in crate::cli) struct Input {
    /// The other store, as for --store
    #[arg(long, value_name = "URL", value_parser = OsStringValueParser::new().try_map(values::store))]
    to: String,

    /// The key of the other store, as for --encrypt [default: leave it as it is]
    #[arg(long, value_name = "KEY", value_parser = OsStringValueParser::new().try_map(values::key))]
    to_encrypt: Option<String>,
}

pub(in crate::cli) fn run(context: &Context, input: &Input) -> Result<(), Failure> {
    let target = open_target(context, input)?;
    let url = target.describe().url;
    if url == context.store.describe().url || url == "memory:" {
        let message = format!("nothing can be copied from {} to {url}", context.store.describe().url);
        return Err(Failure::new(Exit::Usage, message).try_with("--to", "URL"));
    }
    if let Some(absence) = context.absence()? {
        return Err(Failure::new(Exit::Store, format!("nothing to copy: {absence}")).try_with("--store", "URL"));
    }
    if target.shared().is_some() {
        let room = target.contract().ensure_room(&Partition::whole(), 0).block_on();
        room.map_err(|error| Failure::from(error).try_with("--to-encrypt", "key-file:PATH"))?;
    }
    let mut copy = Copy {
        target: &target,
        clock: context.clock.clone(),
        merged: Merged::default(),
        left_out: 0,
        progress: Progress::new(context.clock.clone(), "copied"),
    };
    let outcome = match &context.store {
        OpenStore::Local(_) => context.store.load().and_then(|cache| copy.copy_file(&cache)),
        OpenStore::Shared(source) => {
            copy.progress.expect_all_of(source.contract());
            copy.copy_users(source)
        }
    };
    let users = copy.progress.end();
    let Copy { merged, left_out, .. } = copy;
    if let Err(error) = outcome {
        let more = if error.is_retryable() { "; the same command continues the copy" } else { "" };
        return Err(Failure::from(error).saying_more(more));
    }
    tell(format_args!(
        "Copied to {}: {users}; new entries {}, updated {}, already there {}, older than those there {}.",
        plain(&url),
        merged.added,
        merged.updated,
        merged.unchanged,
        merged.outdated
    ));
    let profile = command_line(["tokcache", "profile", "set", &context.profile_name, "--store", &url]);
    tell(
        "Use only one of the two stores from now on: a refresh in one ends the sign-in of the other at many providers.",
    );
    tell(plain(&format!("To use the copy: `{profile}`.")));
    if left_out > 0 {
        let message = format!("not copied: {left_out}; see the lines above");
        return Err(Failure::new(Exit::Store, message).try_tokcache(["cache", "check"]));
    }
    Ok(())
}

fn open_target(context: &Context, input: &Input) -> Result<OpenStore, Failure> {
    // No variable concerns the other store.
    let settings = Settings {
        store: Some(input.to.clone()),
        encrypt: input.to_encrypt.clone(),
        variables: Vec::new(),
        ..context.settings.clone()
    };
    let keep_in_kernel = context.settings.key_cache == Some(KeyCache::Kernel);
    let opening = Opening {
        encryption: keys::encryption(&settings, None)?.unwrap_or_default(),
        keys: keys::settings(PromptPolicy::allowed(), keep_in_kernel, settings.verbose),
        asking: Some(PromptPolicy::allowed()),
        clock: context.clock.clone(),
        ca_file: context.ca_file.clone(),
        // The file may be for the first store.
        is_ca_file_typed: context.settings.is_ca_file_typed() && !has_tls(&context.store.describe().url),
        may_create: true,
        is_second: true,
    };
    store::open(Some(&input.to), &settings, opening)
}

/// A copy in progress.
struct Copy<'c> {
    target: &'c OpenStore,
    clock: Arc<SystemClock>,
    merged: Merged,
    /// The number of caches and entries that cannot be copied.
    left_out: usize,
    progress: Progress,
}

impl Copy<'_> {
    fn copy_file(&mut self, cache: &TokenCache) -> Result<(), StoreError> {
        let Split { shares, unowned } = cache.split();
        if self.target.shared().is_none() {
            self.merged = merge_into(self.target.contract(), &Partition::whole(), None, cache).block_on()?;
            shares.iter().for_each(|_| self.progress.step());
            return Ok(());
        }
        for (section, key) in unowned {
            self.leave_out(&format!("{section} {key}: it belongs to no user"));
        }
        self.progress.expect(shares.len());
        let retention = self.retention();
        let target = self.target.contract();
        let copies = shares.iter().map(|share| async {
            let partition = partition(&share.owner);
            merge_into(target, &partition, Some(retention), &share.cache).await
        });
        let mut copies = stream::iter(copies).buffer_unordered(AT_ONCE);
        while let Some(merged) = copies.next().block_on() {
            self.merged.add(merged?);
            self.progress.step();
        }
        Ok(())
    }

    fn copy_users(&mut self, source: &SharedStore) -> Result<(), StoreError> {
        for page in pages(source.contract()) {
            match self.target {
                OpenStore::Local(_) => page?.chunks(BATCH).try_for_each(|chunk| self.users_to_file(source, chunk))?,
                OpenStore::Shared(_) => self.users_to_users(source, &page?)?,
            }
        }
        Ok(())
    }

    fn users_to_users(&mut self, source: &SharedStore, page: &[Partition]) -> Result<(), StoreError> {
        let (target, retention) = (self.target.contract(), self.retention());
        let copies = page.iter().map(|partition| async move {
            let cache = match acquire::load(source.contract(), partition).await {
                Err(error) if is_of_document(&error) => return Ok(Err(error)),
                cache => cache?,
            };
            merge_into(target, partition, Some(retention), &cache).await.map(Ok)
        });
        let mut copies = stream::iter(copies).buffer_unordered(AT_ONCE);
        while let Some(copied) = copies.next().block_on() {
            match copied? {
                Ok(merged) => {
                    self.merged.add(merged);
                    self.progress.step();
                }
                Err(error) => self.leave_out(&error.to_string()),
            }
        }
        Ok(())
    }

    /// Merges the caches of some users into the cache of the machine. The file is written once for all of them.
    fn users_to_file(&mut self, source: &SharedStore, partitions: &[Partition]) -> Result<(), StoreError> {
        let mut batch = TokenCache::new();
        for named in partitions {
            let cache = match acquire::load(source.contract(), named).block_on() {
                Err(error) if is_of_document(&error) => {
                    self.leave_out(&error.to_string());
                    continue;
                }
                cache => cache?,
            };
            // In one cache, nothing tells the tokens of a caller of a web API, or those of another user, from a user's
            // own.
            let Split { shares, unowned } = cache.split();
            if shares.iter().any(|share| partition(&share.owner) != *named) {
                self.leave_out(&format!("{named}: it is not the cache of one user"));
                continue;
            }
            for (section, key) in unowned {
                self.leave_out(&format!("{named}: {section} {key}: it belongs to no user"));
            }
            for share in &shares {
                batch.merge(&share.cache);
            }
            self.progress.step();
        }
        let merged = merge_into(self.target.contract(), &Partition::whole(), None, &batch).block_on()?;
        self.merged.add(merged);
        Ok(())
    }

    fn leave_out(&mut self, what: &str) {
        self.progress.tell(&format!("not copied: {what}"));
        self.left_out += 1;
    }

    fn retention(&self) -> Retention {
        Retention { idle_time: IDLE_TIME, now: self.clock.now() }
    }
}

/// Returns the partition of a part of a cache.
fn partition(owner: &ShareOwner) -> Partition {
    match owner {
        ShareOwner::Application { client_id, realm } => Partition::application(client_id, realm),
        ShareOwner::User(home_account_id) => Partition::user(home_account_id),
    }
}

async fn merge_into(
    target: &dyn Store,
    partition: &Partition,
    retention: Option<Retention>,
    cache: &TokenCache,
) -> Result<Merged, StoreError> {
    let mut merged = Merged::default();
    acquire::update_cache(target, partition, retention, &mut |own| merged = own.merge(cache)).await?;
    Ok(merged)
}
