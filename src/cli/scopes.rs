//! Which scopes are meant.

use tokcache::store::CacheStore as _;
use tokcache::terms::ScopeSet;

use super::context::Context;
use super::{Exit, Failure};

/// The scopes that were typed, whichever way.
#[derive(clap::Args, Clone, Debug, Default)]
pub(super) struct Scopes {
    /// A scope that the token must have; repeatable, and several may stand in one, separated by blanks
    #[arg(long = "scope", value_name = "SCOPE")]
    pub(super) scopes: Vec<String>,

    /// A resource: short for --scope RESOURCE/.default
    #[arg(long, value_name = "RESOURCE", conflicts_with = "scopes")]
    pub(super) resource: Option<String>,
}

impl Scopes {
    /// As typed, blanks split. A scope of nothing is a variable that was not set, and never means the usual ones.
    pub(super) fn set(&self) -> Result<ScopeSet, Failure> {
        let is_blank = |text: &String| text.trim().is_empty();
        if self.scopes.iter().chain(&self.resource).any(is_blank) {
            let failure = Failure::new(Exit::Usage, "an empty scope was given");
            return Err(match self.resource {
                Some(_) => failure.try_with("--resource", "RESOURCE"),
                None => failure.try_with("--scope", "SCOPE"),
            });
        }
        Ok(match &self.resource {
            Some(resource) => ScopeSet::parse(&format!("{resource}/.default")),
            None => self.scopes.iter().flat_map(|scopes| scopes.split_whitespace()).collect(),
        })
    }
}

impl Context {
    /// The scopes that were typed, else those that the profile remembers.
    pub(super) fn scopes(&self, typed: &Scopes) -> Result<ScopeSet, Failure> {
        let typed = typed.set()?;
        let scopes = if typed.is_empty() { self.remembered_scopes() } else { typed };
        if scopes.is_empty() {
            let message = "no scope was given, and the profile remembers none";
            return Err(Failure::new(Exit::Usage, message).try_tokcache(["token", "--scope", "SCOPE"]));
        }
        Ok(scopes)
    }

    /// The command that signs in for these scopes; those of the profile, if they are of the same authority, are kept, as
    /// it will remember only what is typed.
    pub(super) fn login_words(&self, scopes: &ScopeSet) -> Vec<String> {
        let remembered = if self.is_authority_of_profile() { self.remembered_scopes() } else { ScopeSet::default() };
        let all = remembered.union(scopes);
        // What a sign-in into memory brings is gone when its command ends.
        let is_kept = self.store.describe().url != "memory:";
        let mut words: Vec<String> =
            if is_kept { vec!["login".into()] } else { vec!["token".into(), "--login".into()] };
        if all != remembered {
            words.extend(all.iter().flat_map(|scope| ["--scope".to_owned(), scope.to_owned()]));
        }
        words
    }

    fn remembered_scopes(&self) -> ScopeSet {
        self.profile.iter().flat_map(|profile| &profile.scopes).map(String::as_str).collect()
    }
}
