//! For any document: the fast search, the thorough search and a plain search with `serde_json` agree, and changes keep
//! everything else.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;

use super::{AccessTokenQuery, Grant, MinValid, Owner, Section, Skim, Snapshot, TokenCache, Verdict};
use crate::secret::{AccessToken, Window};
use crate::time::Timestamp;
use crate::types::{ClientId, Environment, HomeAccountId, Realm, ScopeSet};

const NOW: Timestamp = Timestamp(1000);

/// Generates a string in one of its spellings: plain, or with one character escaped.
fn string(text: &'static str) -> impl Strategy<Value = String> {
    proptest::option::weighted(0.05, any::<prop::sample::Index>()).prop_map(move |escaped| {
        let escaped = escaped.filter(|_| !text.is_empty()).map(|place| place.index(text.len()));
        let spell = |(place, character)| match escaped {
            Some(escaped) if escaped == place => format!("\\u{:04x}", u32::from(character)),
            _ => String::from(character),
        };
        format!("\"{}\"", text.char_indices().map(spell).collect::<String>())
    })
}

fn one_of(values: &'static [&'static str]) -> impl Strategy<Value = String> {
    (0..values.len()).prop_flat_map(|position| string(values[position]))
}

fn space() -> impl Strategy<Value = &'static str> {
    prop_oneof![3 => Just(""), 1 => Just(" "), 1 => Just("\n\t"), 1 => Just("\r\n  ")]
}

fn object(members: impl Strategy<Value = Vec<(String, String)>>) -> impl Strategy<Value = String> {
    (members, space(), space()).prop_map(|(members, before, after)| {
        let members: Vec<_> =
            members.iter().map(|(name, value)| format!("{before}{name}{after}:{before}{value}{after}")).collect();
        format!("{{{}{before}}}", members.join(","))
    })
}

fn garbage() -> impl Strategy<Value = String> {
    let values = ["null", "1e3", "1.0", "[]", "[{\"a\":\"}\"}]", "\"\\\\\\\"{\"", "{\"secret\":\"x\"}", "true", "\"\""];
    (0..values.len()).prop_map(move |position| values[position].to_owned())
}

fn field() -> impl Strategy<Value = (String, String)> {
    let times = ["\"900\"", "\"2000\"", "3000", "4000.5", "\"soon\"", "null", "\"-1\""];
    let time = move || (0..times.len()).prop_map(move |position| times[position].to_owned());
    prop_oneof![
        (string("client_id"), one_of(&["client", "CLIENT", "other"])),
        (string("environment"), one_of(&["login.microsoftonline.com", "login.windows.net", "idp.example.com"])),
        (string("home_account_id"), one_of(&["uid-1.utid", "UID-1.utid", "other"])),
        (string("realm"), one_of(&["contoso", "Contoso", "other"])),
        (string("target"), one_of(&["a.1 b.2", "A.1", "openid", ""])),
        (string("expires_on"), time()),
        (string("cached_at"), time()),
        (string("refresh_on"), time()),
        (string("token_type"), one_of(&["Bearer", "pop"])),
        (string("unknown"), garbage()),
    ]
}

/// Generates an entry that matches most queries, with some fields repeated at random positions.
fn entry() -> impl Strategy<Value = String> {
    let good = (
        0..100_u32,
        one_of(&["client", "Client"]),
        one_of(&["login.microsoftonline.com", "idp.example.com"]),
        one_of(&["uid-1.utid", "Uid-1.utid"]),
        string("contoso"),
        one_of(&["a.1 b.2", "A.1 b.2"]),
        2000..9000_u32,
        500..1500_u32,
    );
    let good =
        good.prop_map(|(secret, client_id, environment, home_account_id, realm, target, expires_on, refresh_on)| {
            let fields = [
                ("secret", format!("\"s{secret}\"")),
                ("client_id", client_id),
                ("environment", environment),
                ("home_account_id", home_account_id),
                ("realm", realm),
                ("target", target),
                ("expires_on", format!("\"{expires_on}\"")),
                ("cached_at", "\"900\"".to_owned()),
                ("refresh_on", refresh_on.to_string()),
            ];
            fields.map(|(name, value)| (format!("\"{name}\""), value)).to_vec()
        });
    let changes = proptest::collection::vec((any::<prop::sample::Index>(), field()), 0..3);
    let fields = (good, changes).prop_map(|(mut fields, changes)| {
        for (place, change) in changes {
            fields.insert(place.index(fields.len() + 1), change);
        }
        fields
    });
    prop_oneof![8 => object(fields), 1 => garbage()]
}

fn section() -> impl Strategy<Value = String> {
    let entries = proptest::collection::vec((one_of(&["a", "b", "c", "d-1"]), entry()), 0..6);
    prop_oneof![9 => object(entries), 1 => Just("null".to_owned())]
}

pub(super) fn document() -> impl Strategy<Value = String> {
    let member = prop_oneof![
        4 => (string("AccessToken"), section()),
        1 => (string("RefreshToken"), section()),
        1 => (string("unknown"), garbage()),
    ];
    (object(proptest::collection::vec(member, 0..4)), space())
        .prop_map(|(root, around)| format!("{around}{root}{around}"))
}

fn query() -> impl Strategy<Value = AccessTokenQuery> {
    (any::<bool>(), prop_oneof![Just("a.1"), Just("b.2 openid"), Just("openid")]).prop_map(|(microsoft, scopes)| {
        AccessTokenQuery {
            client_id: ClientId::new("client"),
            issuer: Environment::new(if microsoft { "login.microsoftonline.com" } else { "idp.example.com" }).into(),
            realms: vec![Realm::new("nowhere"), Realm::new("contoso")],
            owner: Owner::User(HomeAccountId::new("uid-1.utid")),
            scopes: ScopeSet::parse(scopes),
            key_id: None,
            ext_cache_key: None,
            min_valid: MinValid::Default,
            lifetime: None,
        }
    })
}

/// Returns the secret that a plain search finds, without index, filter or entry parser.
fn plainly(text: &str, query: &AccessTokenQuery) -> Option<String> {
    let document: Value = serde_json::from_str(text).unwrap();
    let folds = query.issuer.environment().folds_case();
    let same = |a: &str, b: &str| if folds { a.eq_ignore_ascii_case(b) } else { a == b };
    let time = |value: &Value| match value {
        Value::String(text) => text.parse::<i64>().ok(),
        Value::Number(number) => number.as_f64().map(|seconds| seconds as i64),
        _ => None,
    };
    let mut best: Option<(bool, i64, String)> = None;
    // `preserve_order` keeps a repeated key at its first position and the index at its last, so ties are skipped.
    for entry in document["AccessToken"].as_object().into_iter().flat_map(|section| section.values()) {
        let is = |name: &str, wanted: &str| entry[name].as_str().is_some_and(|own| same(own, wanted));
        let granted: Vec<_> = entry["target"].as_str().unwrap_or_default().split_whitespace().collect();
        let only_openid = query.scopes.iter().all(|scope| scope == "openid");
        let wanted = query.scopes.iter().filter(|scope| only_openid || *scope != "openid");
        let Some(expires_on) = time(&entry["expires_on"]) else { continue };
        let cached_at = time(&entry["cached_at"]);
        let needed = cached_at.map_or(300, |cached_at| 300.min((expires_on - cached_at) / 5));
        let left = expires_on - NOW.0;
        let usable = is("client_id", "client")
            && entry["environment"].as_str().is_some_and(|own| query.issuer.environment().is_alias_of(own))
            && is("home_account_id", "uid-1.utid")
            && is("realm", "contoso")
            && wanted.into_iter().all(|scope| granted.iter().any(|own| same(own, scope)))
            && entry["token_type"].as_str().unwrap_or("Bearer") == "Bearer"
            && left > 0
            && left >= needed
            && cached_at.is_none_or(|cached_at| cached_at - NOW.0 <= needed);
        let fresh = time(&entry["refresh_on"]).is_none_or(|refresh_on| refresh_on > NOW.0);
        if usable && best.as_ref().is_none_or(|best| (fresh, expires_on) > (best.0, best.1)) {
            best = Some((fresh, expires_on, entry["secret"].as_str()?.to_owned()));
        }
    }
    best.map(|(_, _, secret)| secret)
}

fn grant() -> Grant {
    Grant::new(
        ClientId::new("new"),
        Environment::new("new.example.com"),
        Realm::new(""),
        Owner::Application,
        AccessToken::new("NEW"),
        ScopeSet::parse("new"),
        3600,
    )
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let structure = prop::sample::select(b"{}[]\",:\\ ant1".to_vec());
    proptest::collection::vec(prop_oneof![any::<u8>(), structure], 0..64)
}

/// Returns what `look` sees in a document of which `room` bytes are in memory at first.
fn skimmed<Seen>(
    mut text: &[u8],
    room: usize,
    query: &AccessTokenQuery,
    account: Option<&str>,
    look: impl FnOnce(&Snapshot<'_>) -> Seen,
) -> Option<Seen> {
    let size = text.len() as u64;
    let mut window = Window::with_room(&mut text, size, room).unwrap();
    let mut skim = Skim::new(&query.client_id, query.issuer.environment(), &query.scopes, account);
    skim.look(&mut window).as_ref().map(look)
}

proptest! {
    #[test]
    fn all_ways_of_reading_agree(text in document(), query in query(), room in 1..300_usize) {
        let cache = TokenCache::deserialize(text.as_bytes()).unwrap();
        prop_assert_eq!(&*cache.serialize(), &text);
        let mut usable = Vec::new();
        let found = cache.judge_access_tokens(&query, NOW, &mut |entry, verdict| {
            if let Verdict::Usable { aging } = verdict {
                usable.push((aging, entry.expires_on));
            }
        });
        prop_assert_eq!(&cache.find_access_token(&query, NOW), &found);
        let quick = Snapshot::scan(text.as_bytes()).unwrap().find_access_token(&query, NOW);
        prop_assert_eq!(&quick, &found);
        // The account may be given or not.
        for account in [None, query.owner.home_account_id()].into_iter().collect::<BTreeSet<_>>() {
            let find = |snapshot: &Snapshot<'_>| snapshot.find_access_token(&query, NOW);
            let skimmed = skimmed(text.as_bytes(), room, &query, account, find);
            prop_assert_eq!(skimmed.as_ref(), Some(&found));
        }
        usable.sort_unstable();
        let has_no_ties = usable.windows(2).all(|pair| pair[0] != pair[1]);
        if has_no_ties {
            prop_assert_eq!(found.map(|entry| entry.secret.expose().to_owned()), plainly(&text, &query));
        }
    }

    #[test]
    fn a_change_spares_everything_else(text in document()) {
        let mut cache = TokenCache::deserialize(text.as_bytes()).unwrap();
        cache.record(&grant(), NOW);
        let before: Value = serde_json::from_str(&text).unwrap();
        let mut after: Value = serde_json::from_str(&cache.serialize()).unwrap();
        for section in [Section::AccessToken, Section::AppMetadata] {
            let entries = after[section.name()].as_object_mut().unwrap();
            let all = entries.len();
            entries.retain(|key, _| !key.contains("new"));
            prop_assert_eq!(entries.len(), all - 1);
            if entries.is_empty() && !before[section.name()].is_object() {
                after[section.name()] = before[section.name()].clone();
            }
        }
        let members = after.as_object_mut().unwrap();
        members.retain(|name, _| before.get(name).is_some());
        prop_assert_eq!(after, before);
    }

    #[test]
    fn no_bytes_make_it_panic(text in bytes(), query in query(), room in 1..64_usize) {
        let scanned = Snapshot::scan(&text).is_ok();
        prop_assert_eq!(skimmed(&text, room, &query, None, |_| ()).is_some(), scanned);
        if let Ok(mut cache) = TokenCache::deserialize(&text) {
            prop_assert!(scanned || text.trim_ascii().is_empty());
            cache.clear();
            cache.record(&grant(), NOW);
            prop_assert!(TokenCache::deserialize(cache.serialize().as_bytes()).is_ok());
        }
    }
}
