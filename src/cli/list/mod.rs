//! `tokcache list`: shows the accounts and the tokens of each.

mod users;
mod view;

use clap::Args;
use tokcache_core::acquire::AcquireError;
use tokcache_core::cache::{Account, TokenCache};
use tokcache_core::time::Clock;
use tokcache_core::types::ScopeSet;

use super::Failure;
use super::context::Context;
use super::secrets::passphrase::PromptPolicy;
use super::settings::Settings;
use crate::output::{self, ListFormat, plain};
use users::UserList;
use view::view;

#[derive(Args, Debug)]
pub(super) struct Input {
    /// The output format
    #[arg(short, long, value_enum, default_value_t)]
    output: ListFormat,
}

pub(super) fn run(settings: &Settings, input: &Input) -> Result<(), Failure> {
    let context = Context::new(settings, PromptPolicy::never())?;
    if let Some(shared) = context.store.shared() {
        return UserList::new(&context, input.output).print(shared);
    }
    let cache = context.store.load()?;
    let owners = context.owners(&cache)?;
    // The sign-ins for other resources can have the same client.
    let of_resource = settings.protected_resource.as_ref().and_then(|_| context.account());
    let wanted = settings.account.as_deref().or(of_resource.as_deref());
    let view = view(&cache, wanted, owners.as_deref(), context.clock.now());
    if let Some(wanted) = wanted.filter(|_| view.accounts.is_empty()) {
        context.ensure_nobody_else(&cache, wanted, owners.as_deref())?;
    }
    let text = match input.output {
        ListFormat::Json => view.json()?,
        ListFormat::Table => view.table(output::layout()),
    };
    if view.accounts.is_empty() && matches!(input.output, ListFormat::Table) {
        let why = context.absence()?.map(|absence| format!(": {absence}")).unwrap_or_default();
        let nobody = settings.account.as_ref().map_or("nobody".to_owned(), |wanted| format!("no account {wanted:?}"));
        output::tell(plain(&format!("{nobody} is signed in{why}")));
    }
    Ok(output::answer(text.as_bytes())?)
}

impl Context {
    /// Returns the accounts of the named profile's client and authority. Returns `None` if no profile was named, or if
    /// it names only a store.
    pub(super) fn owners(&self, cache: &TokenCache) -> Result<Option<Vec<Account>>, Failure> {
        let profile = self.profile.as_ref();
        let has_client =
            self.settings.client_id.is_some() || profile.is_some_and(|profile| profile.client_id.is_some());
        let has_authority =
            self.settings.authority.is_some() || profile.is_some_and(|profile| profile.authority.is_some());
        if self.settings.profile.is_none() || !has_client || !has_authority {
            return Ok(None);
        }
        let registration = self.registration()?;
        Ok(Some(cache.client_owners(&registration.authority.issuer(), &registration.client_id)))
    }

    /// Fails if `wanted` is not among the listable accounts but others are: the user may have mistyped it.
    fn ensure_nobody_else(&self, cache: &TokenCache, wanted: &str, owners: Option<&[Account]>) -> Result<(), Failure> {
        let candidates = match owners {
            Some(owners) => owners.to_vec(),
            None => cache.holdings().0.into_iter().map(|holding| holding.account).collect(),
        };
        if candidates.is_empty() {
            return Ok(());
        }
        let error = AcquireError::NoSuchAccount { wanted: wanted.to_owned(), candidates };
        Err(self.failure(error, &ScopeSet::default()))
    }
}
