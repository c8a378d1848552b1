//! Tests the folders of the cache and the profiles.

use crate::provider::Provider;
use crate::wine::{Home, windows_path};

#[test]
fn a_folder_with_blanks_and_letters_that_are_not_ascii_is_a_folder() {
    let provider = Provider::start(3600);
    let home = Home::in_folder("Zoë Müller’s täst — 日本");
    home.sign_in(&provider, &[]);
    assert!(home.cache().is_file());
    assert!(home.path("config/profiles/default.toml").is_file());
    assert_eq!(home.answer("token"), "AT-1");
    let shown = home.answer("cache path");
    assert_eq!(shown, windows_path(&home.path("state\\token_cache.json")));
}

#[test]
fn a_store_that_is_named_is_a_windows_path() {
    let provider = Provider::start(3600);
    let home = Home::empty();
    let store = format!("file:{}", windows_path(&home.path("my caches\\tokens.json")));
    std::fs::create_dir(home.path("my caches")).unwrap();
    home.sign_in(&provider, &["--store", &store]);
    assert!(home.path("my caches/tokens.json").is_file());
    assert!(!home.cache().exists());
    assert_eq!(home.answer("token"), "AT-1");
}

/// Windows has no modes. A file is private if it inherits that from the user's profile, so the cache has to be there.
#[test]
fn without_settings_the_cache_is_in_the_profile_of_the_user() {
    let home = Home::empty();
    let mut command = home.program(&["cache", "path"]);
    command.env_remove("TOKCACHE_STATE_DIR").env_remove("TOKCACHE_CONFIG_DIR");
    let path = crate::support::answer_of(&command.output().unwrap());
    let path = path.to_ascii_lowercase();
    assert!(path.starts_with("c:\\users\\"), "{path}");
    assert!(path.ends_with("\\appdata\\local\\tokcache\\data\\token_cache.json"), "{path}");
}
