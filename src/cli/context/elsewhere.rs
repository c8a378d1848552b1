//! Finds an account that is not signed in here under another profile, or with another client.

use tokcache_core::cache::Holding;

use super::Context;
use super::account::{is_named, name};
use crate::cli::profiles;
use crate::cli::secrets::passphrase::PromptPolicy;
use crate::cli::settings::Settings;
use crate::cli::settings::store_url::StoreUrl;

/// The place where an account is signed in.
pub(in crate::cli) struct Elsewhere {
    /// A description for the error message.
    pub(in crate::cli) said: String,
    /// The flags to add to the command, if they are known.
    pub(in crate::cli) flags: Option<Vec<(&'static str, String)>>,
}

impl Context {
    /// Finds the place where `wanted` is signed in.
    pub(in crate::cli) fn elsewhere(&self, wanted: &str) -> Option<Elsewhere> {
        let names = profiles::names().unwrap_or_default();
        // Include the profile in use: a flag may have replaced its authority or client.
        let found = names.iter().find_map(|name| self.under_profile(name, wanted));
        found.or_else(|| self.with_another_client(wanted))
    }

    fn under_profile(&self, name_of_profile: &str, wanted: &str) -> Option<Elsewhere> {
        let profile = profiles::load(name_of_profile).ok()??;
        let here = self.store.describe().url;
        let is_here = self.settings.store.is_some()
            || profile.store.as_ref().map_or(self.profile_store().is_none(), |store| *store == here);
        let explained = if is_here {
            self.explained(&profile, Some(wanted))
        } else {
            // Do not ask for a key, or send a password to another server, only to improve an error message.
            if profile.store.as_deref().and_then(StoreUrl::parse).is_some() {
                return None;
            }
            if profile.encrypt.as_deref().is_some_and(|encrypt| encrypt != "none") {
                return None;
            }
            let settings = Settings { profile: Some(name_of_profile.to_owned()), ..Settings::default() };
            Context::new(&settings, PromptPolicy::never()).ok()?.explained(&profile, Some(wanted))
        };
        let account = explained?.ok()?.account?;
        let mut flags = vec![("--profile", name_of_profile.to_owned())];
        // Flags and variables take precedence over the profile.
        let beaten = [
            ("--authority", &self.settings.authority, profile.authority),
            ("--client-id", &self.settings.client_id, profile.client_id),
        ];
        flags.extend(beaten.into_iter().filter_map(|(flag, typed, own)| Some((flag, typed.as_ref().and(own)?))));
        let said = format!("{} is signed in with the profile {name_of_profile:?}", name(&account));
        Some(Elsewhere { said, flags: Some(flags) })
    }

    /// The store that the profile in use names.
    fn profile_store(&self) -> Option<&String> {
        self.profile.as_ref().and_then(|profile| profile.store.as_ref()).filter(|_| self.settings.store.is_none())
    }

    fn with_another_client(&self, wanted: &str) -> Option<Elsewhere> {
        let cache = self.store.load().ok()?;
        let (holdings, _) = cache.holdings();
        let Holding { account, access_tokens, refresh_tokens } =
            holdings.into_iter().find(|holding| is_named(&holding.account, wanted))?;
        let mut clients: Vec<_> = refresh_tokens.iter().map(|entry| entry.client_id.to_string()).collect();
        clients.extend(access_tokens.iter().map(|entry| entry.client_id.to_string()));
        clients.sort_unstable();
        clients.dedup();
        let clients = clients.join(" and ");
        let said = format!("{} is signed in at {} with the client {clients}", name(&account), account.environment);
        Some(Elsewhere { said, flags: None })
    }
}
