//! The command line of a helper that runs without the variables of the person: flags take their place.

use std::path::PathBuf;

use tokcache_file::text_of_path;

use super::{Change, words};
use crate::cli::settings::store_url::{self, StoreUrl};
use crate::cli::{Exit, Failure, environment, profiles};

/// Returns the words that start the helper, whose environment has only some variables, such as `HOME` and `PATH`.
pub(super) fn words(change: &Change<'_>, command: &str) -> Result<Vec<String>, Failure> {
    let mut words = vec![words::program_by_path()?];
    words.extend(command.split(' ').map(str::to_owned));
    words.extend(change.flags.iter().cloned());
    words.extend(places(change)?);
    Ok(words)
}

/// Returns the flags for the profile and the cache that the person means, as far as the helper would not find them itself.
fn places(change: &Change<'_>) -> Result<Vec<String>, Failure> {
    let settings = change.settings;
    let profile = profiles::load(&change.profile)?.unwrap_or_default();
    let config_dir = match &settings.config_dir {
        None if environment::is_config_dir_moved() => environment::config_dir()?,
        typed => typed.clone(),
    };
    let is_of_cache = profile.store.as_deref().is_none_or(|store| store == "file:");
    let store = match settings.store.clone() {
        None if is_of_cache && environment::is_state_dir_moved() => {
            environment::state_dir()?.map(|folder| file_url(folder.join("token_cache.json")))
        }
        store => store.map(|store| store_url::FILES.into_iter().fold(store, lasting)),
    };
    if store.as_deref().and_then(StoreUrl::parse).is_some_and(|url| url.password.is_some()) {
        let message = "the URL of the store has a password, which must not get into the settings of a program";
        return Err(Failure::new(Exit::Config, message).try_tokcache(["help", "environment"]));
    }
    let encrypt = settings.encrypt.clone();
    let text = |path: PathBuf| std::path::absolute(&path).unwrap_or(path).to_string_lossy().into_owned();
    let flags = [
        ("--store", store.filter(|store| profile.store.as_ref() != Some(store))),
        ("--encrypt", encrypt.map(|key| lasting(key, "key-file:")).filter(|key| profile.encrypt.as_ref() != Some(key))),
        ("--ca-file", settings.ca_file.clone().filter(|file| profile.ca_file.as_ref() != Some(file)).map(text)),
        ("--config-dir", config_dir.map(text)),
    ];
    let flags = flags.into_iter().filter_map(|(flag, value)| Some([flag.to_owned(), value?]));
    Ok(flags.flatten().collect())
}

fn file_url(path: PathBuf) -> String {
    format!("file:{}", text_of_path(&std::path::absolute(&path).unwrap_or(path)))
}

/// Returns a URL whose path does not depend on the current folder.
fn lasting(url: String, scheme: &str) -> String {
    match url.strip_prefix(scheme) {
        Some(path) if !path.is_empty() && !path.starts_with('/') => {
            let path = PathBuf::from(path);
            format!("{scheme}{}", text_of_path(&std::path::absolute(&path).unwrap_or(path)))
        }
        _ => url,
    }
}
