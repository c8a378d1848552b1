use std::collections::BTreeMap;

use proptest::prelude::*;

use super::slot::{Ages, Slot};
use super::*;
use crate::cache::proptests::document;

const HOST: &str = "idp.example.com";

fn cache(text: &str) -> TokenCache {
    TokenCache::deserialize(text.as_bytes()).unwrap()
}

/// Returns a cache with one section. Its entries have these fields in addition to those of a user.
fn with(section: &str, entries: &[(&str, &str)]) -> TokenCache {
    let entry = |(key, fields): &(&str, &str)| {
        let user = format!(r#""home_account_id": "u", "environment": "{HOST}", "client_id": "c""#);
        format!(r#""{key}": {{{user}, {fields}}}"#)
    };
    let entries: Vec<_> = entries.iter().map(entry).collect();
    cache(&format!(r#"{{"{section}": {{{}}}}}"#, entries.join(", ")))
}

fn counts(added: usize, updated: usize, unchanged: usize, outdated: usize) -> Merged {
    Merged { added, updated, unchanged, outdated }
}

/// Returns the entry under each key of a section.
fn entries(cache: &TokenCache, section: Section) -> BTreeMap<String, String> {
    let entries = cache.document().entries(section).into_iter();
    entries.map(|entry| (entry.key().into_owned(), String::from_utf8_lossy(entry.value()).into_owned())).collect()
}

fn unknown_members(cache: &TokenCache) -> BTreeMap<String, Vec<u8>> {
    cache.document().unknown_members().map(|(name, value)| (name.into_owned(), value.to_vec())).collect()
}

#[test]
fn the_counts_of_several_merges_add_up() {
    let mut merged = counts(1, 2, 3, 4);
    merged.add(counts(10, 20, 30, 40));
    assert_eq!(merged, counts(11, 22, 33, 44));
}

#[test]
fn the_newer_refresh_token_stays_whichever_key_it_has() {
    let refresh = |key: &str, secret: &str, time: u32| {
        let fields = format!(r#""secret": "{secret}", "last_modification_time": "{time}""#);
        with("RefreshToken", &[(key, &fields)])
    };
    let mut own = refresh("python", "old", 100);
    assert_eq!(own.merge(&refresh("node", "new", 200)), counts(0, 1, 0, 0));
    assert_eq!(own.refresh_tokens().len(), 1, "no spent copy is left");
    assert_eq!(own.refresh_tokens()[0].secret.expose(), "new");
    assert_eq!(own.merge(&refresh("python", "old", 100)), counts(0, 0, 0, 1));
    assert_eq!(own.refresh_tokens()[0].secret.expose(), "new");
}

#[test]
fn nothing_is_replaced_where_nothing_tells_which_is_newer() {
    for (own, other) in [
        (r#""secret": "own""#, r#""secret": "other""#),
        (r#""secret": "own""#, r#""secret": "other", "last_modification_time": "200""#),
        (r#""secret": "own", "last_modification_time": "100""#, r#""secret": "other""#),
        (
            r#""secret": "own", "last_modification_time": "100""#,
            r#""secret": "other", "last_modification_time": "100""#,
        ),
    ] {
        let mut own = with("RefreshToken", &[("k", own)]);
        assert_eq!(own.merge(&with("RefreshToken", &[("k", other)])), counts(0, 0, 0, 1), "{other}");
        assert_eq!(own.refresh_tokens()[0].secret.expose(), "own", "{other}");
        assert!(!own.has_state_changed());
    }
}

#[test]
fn access_tokens_are_told_apart_by_their_scopes_and_the_newer_one_stays() {
    let access = |target: &str, secret: &str, time: u32| {
        let fields =
            format!(r#""target": "{target}", "secret": "{secret}", "cached_at": "{time}", "expires_on": "900""#);
        with("AccessToken", &[("k", &fields)])
    };
    let mut own = access("a b", "old", 100);
    assert_eq!(own.merge(&access("c", "other", 50)), counts(1, 0, 0, 0));
    assert_eq!(own.merge(&access("b a", "new", 200)), counts(0, 1, 0, 0));
    let secrets: Vec<_> = own.access_tokens().iter().map(|token| token.secret.expose().to_owned()).collect();
    assert_eq!(secrets, ["new", "other"]);
    assert!(entries(&own, Section::AccessToken).contains_key("k-2"), "a key that another entry has gets a number");
}

#[test]
fn the_name_of_an_account_is_as_new_as_its_tokens() {
    let named = |name: &str, time: u32| {
        cache(&format!(
            r#"{{"Account": {{"k": {{"home_account_id": "u", "environment": "{HOST}", "realm": "r", "username": "{name}"}}}},
                "AccessToken": {{"k": {{"home_account_id": "u", "environment": "{HOST}", "client_id": "c", "secret": "{name}",
                "cached_at": "{time}", "expires_on": "900"}}}}}}"#
        ))
    };
    let mut own = named("alice", 100);
    assert_eq!(own.merge(&named("alice.smith", 200)), counts(0, 2, 0, 0));
    assert_eq!(own.accounts(None)[0].username, "alice.smith");
    assert_eq!(own.merge(&named("alice", 100)), counts(0, 0, 0, 2));
    assert_eq!(own.accounts(None)[0].username, "alice.smith");
}

#[test]
fn an_entry_is_the_same_however_it_is_spelled() {
    let mut own = with("RefreshToken", &[("k", r#""secret": "caf\u00e9", "x": [1, 2]"#)]);
    let other = cache(&format!(
        r#"{{"RefreshToken":{{"other":{{"x":[1, 2],"secret":"café","client_id":"c","environment":"{HOST}","home_account_id":"u"}}}}}}"#
    ));
    assert_eq!(own.merge(&other), counts(0, 0, 1, 0));
    assert!(!own.has_state_changed());
}

#[test]
fn a_family_is_learned_and_not_forgotten() {
    let (none, member) =
        (with("AppMetadata", &[("k", r#""x": 1"#)]), with("AppMetadata", &[("k", r#""family_id": "1""#)]));
    let mut own = with("AppMetadata", &[("k", r#""x": 1"#)]);
    assert_eq!(own.merge(&member), counts(0, 1, 0, 0));
    assert_eq!(own.merge(&none), counts(0, 0, 0, 1));
    assert!(entries(&own, Section::AppMetadata)["k"].contains("family_id"));
}

#[test]
fn members_that_nobody_knows_are_added_and_not_replaced() {
    let mut own = cache(r#"{"a": 1}"#);
    own.merge(&cache(r#"{"a": 2, "b": {"deep": [1e3]}}"#));
    assert_eq!(*own.serialize(), r#"{"a": 1,"b":{"deep": [1e3]}}"#);
}

#[test]
fn each_user_and_each_client_gets_a_part() {
    let text = r#"{"Account": {"a": {"home_account_id": "Uid.t", "environment": "login.microsoftonline.com"}},
        "RefreshToken": {"b": {"home_account_id": "uid.T", "environment": "login.windows.net", "client_id": "c", "secret": "s"},
            "c": {"environment": "idp.example.com", "client_id": "c", "secret": "s"}, "d": 1},
        "AccessToken": {"e": {"environment": "idp.example.com", "client_id": "c", "realm": "r", "secret": "s", "expires_on": "1"},
            "f": {"home_account_id": "bob", "environment": "idp.example.com", "client_id": "c", "secret": "s"}},
        "AppMetadata": {"g": {"client_id": "c", "environment": "idp.example.com"}}, "Future": {"x": 1}}"#;
    let split = cache(text).split();
    let user = |id: &str| ShareOwner::User(crate::types::HomeAccountId::new(id));
    let client =
        ShareOwner::Application { client_id: crate::types::ClientId::new("c"), realm: crate::types::Realm::new("r") };
    let owners: Vec<_> = split.shares.iter().map(|share| share.owner.clone()).collect();
    assert_eq!(owners, [client, user("bob"), user("Uid.t")], "the spelling is the account's");
    assert_eq!(split.unowned, [(Section::RefreshToken, "c".to_owned()), (Section::RefreshToken, "d".to_owned())]);
    let uid = &split.shares[2].cache;
    assert_eq!((uid.accounts(None).len(), uid.refresh_tokens().len(), uid.access_tokens().len()), (1, 1, 0));
    for share in &split.shares {
        assert_eq!(entries(&share.cache, Section::AppMetadata).len(), 1);
        assert_eq!(unknown_members(&share.cache).len(), 1);
    }
}

#[test]
fn a_cache_of_nobody_holds_nothing() {
    assert!(TokenCache::new().holds_nothing());
    assert!(cache(r#"{"AccessToken": {}, "Account": null, "AppMetadata": {"a": {}}}"#).holds_nothing());
    for text in [r#"{"Future": {}}"#, r#"{"RefreshToken": {"a": 1}}"#] {
        assert!(!cache(text).holds_nothing(), "{text}");
    }
}

proptest! {
    #[test]
    fn an_empty_cache_takes_everything_verbatim(text in document()) {
        let (mut own, other) = (TokenCache::new(), cache(&text));
        own.merge(&other);
        for section in Section::ALL {
            prop_assert_eq!(entries(&own, section), entries(&other, section));
        }
        prop_assert_eq!(unknown_members(&own), unknown_members(&other));
    }

    #[test]
    fn to_merge_again_changes_nothing(own in document(), other in document()) {
        let (mut own, other) = (cache(&own), cache(&other));
        own.merge(&other);
        own.mark_saved();
        let Merged { added, updated, .. } = own.merge(&other);
        prop_assert_eq!((added, updated), (0, 0));
        prop_assert!(!own.has_state_changed());
    }

    #[test]
    fn only_what_is_older_makes_room(own in document(), other in document()) {
        let (before, other) = (cache(&own), cache(&other));
        let mut after = cache(&own);
        after.merge(&other);
        let (own_ages, other_ages) = (Ages::of(before.document()), Ages::of(other.document()));
        for section in Section::ALL {
            let after = entries(&after, section);
            for old in before.document().entries(section) {
                let is_there = after.get(&*old.key()).is_some_and(|value| value.as_bytes() == old.value());
                let slot = Slot::of(section, &old);
                let is_outdated = other.document().entries(section).iter().any(|new| {
                    Slot::of(section, new) == slot
                        && own_ages.of_entry(section, &old).is_some()
                        && other_ages.of_entry(section, new) > own_ages.of_entry(section, &old)
                });
                prop_assert!(is_there || is_outdated, "{} {}", section, old.key());
            }
        }
        for (name, value) in unknown_members(&before) {
            prop_assert_eq!(&unknown_members(&after)[&name], &value);
        }
    }

    #[test]
    fn the_parts_of_a_cache_are_the_whole_but_for_what_names_nobody(text in document()) {
        let whole = cache(&text);
        let Split { shares, unowned } = whole.split();
        let mut merged = TokenCache::new();
        for share in &shares {
            merged.merge(&share.cache);
        }
        for section in [Section::AccessToken, Section::RefreshToken] {
            let mut expected: Vec<_> = entries(&whole, section).into_iter().collect();
            expected.retain(|(key, _)| !unowned.contains(&(section, key.clone())));
            let sorted = |mut values: Vec<String>| { values.sort_unstable(); values };
            let values = |entries: Vec<(String, String)>| sorted(entries.into_iter().map(|(_, value)| value).collect());
            prop_assert_eq!(values(entries(&merged, section).into_iter().collect()), values(expected));
        }
        if !shares.is_empty() {
            prop_assert_eq!(unknown_members(&merged), unknown_members(&whole));
        }
    }
}
