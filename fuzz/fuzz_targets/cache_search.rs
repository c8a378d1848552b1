//! Reads a cache document: it is written back verbatim, the fast search equals the full one, and no token is served to
//! the wrong user or after it has expired.

#![no_main]

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use tokcache_core::cache::{
    AccessTokenEntry, AccessTokenQuery, MinValid, Owner, RefreshTokenQuery, Section, Skim, Snapshot, TokenCache,
    Verdict,
};
use tokcache_core::secret::Window;
use tokcache_core::time::Timestamp;
use tokcache_core::types::{ClientId, Environment, HomeAccountId, Realm, ScopeSet};
use tokcache_fuzz::document::{Document, is_of_client, is_of_owner, is_within, same};

/// Times within the lifetimes of the tokens in `crates/core/tests/vectors/`, and of those in its samples.
const TIMES: [Timestamp; 2] = [Timestamp(1_700_000_100), Timestamp(1_795_190_000)];

/// The numbers of bytes of the document that are in memory at first.
const ROOMS: [usize; 2] = [1, 50];

/// The number of entries from which queries are made.
const SUBJECTS: usize = 4;

fuzz_target!(|text: &[u8]| {
    let snapshot = Snapshot::scan(text);
    let Ok(cache) = TokenCache::deserialize(text) else {
        if let Ok(snapshot) = snapshot {
            snapshot.accounts(None);
            snapshot.find_access_token(&usual_query(), TIMES[0]);
        }
        return;
    };
    if text.trim_ascii().is_empty() {
        assert_eq!(*cache.serialize(), "{}");
        return;
    }
    assert_eq!(cache.serialize().as_bytes(), text, "written back to the letter");
    assert!(!cache.has_state_changed());

    let snapshot = snapshot.expect("what can be changed can be searched");
    assert_eq!(snapshot.accounts(None), cache.accounts(None));
    let text = cache.serialize();
    let document = Document::read(&text);
    for query in queries(&cache) {
        for now in TIMES {
            let found = full_search(&cache, &query, now);
            assert_eq!(snapshot.find_access_token(&query, now), found, "the quick search is the full one");
            for room in ROOMS {
                let sifted = sifted(text.as_bytes(), room, &query, now);
                assert_eq!(sifted, found, "and so is the one while it is read");
            }
            if let Some(entry) = found {
                assert_rightful(&document, &query, now, &entry);
            }
        }
    }
    search_refresh_tokens(&cache, &document);
    cache.unreadable();
});

/// Searches all tokens, and asserts that no usable token is better than the one found.
fn full_search(cache: &TokenCache, query: &AccessTokenQuery, now: Timestamp) -> Option<AccessTokenEntry> {
    let mut usable = Vec::new();
    let found = cache.judge_access_tokens(query, now, &mut |entry, verdict| {
        if let Verdict::Usable { aging } = verdict {
            usable.push((!aging, entry.expires_on));
        }
    });
    let merit = found.as_ref().map(|entry| (entry.refresh_on.is_none_or(|time| time > now), entry.expires_on));
    assert_eq!(merit, usable.into_iter().max());
    found
}

fn sifted(mut text: &[u8], room: usize, query: &AccessTokenQuery, now: Timestamp) -> Option<AccessTokenEntry> {
    let size = text.len() as u64;
    let mut window = Window::with_room(&mut text, size, room).expect("memory can be read");
    let mut skim = Skim::new(&query.client_id, query.issuer.environment(), &query.scopes, None);
    skim.look(&mut window).expect("what can be changed can be read piece by piece").find_access_token(query, now)
}

/// Asserts that the token matches the query. This check shares no code with the program.
fn assert_rightful(document: &Document<'_>, query: &AccessTokenQuery, now: Timestamp, entry: &AccessTokenEntry) {
    let fields = document.entry(Section::AccessToken, &entry.key).expect("what is served stands in the document");
    let owner = match &query.owner {
        Owner::Application => None,
        Owner::User(id) => Some(id.as_str()),
    };
    assert_eq!(fields.string("secret").as_deref(), Some(entry.secret.expose()));
    assert!(is_within(query.issuer.environment(), &fields));
    assert!(is_of_client(query.issuer.environment(), query.client_id.as_str(), &fields));
    assert!(is_of_owner(query.issuer.environment(), owner, &fields));
    let realm = fields.string("realm").unwrap_or_default();
    assert!(query.realms.iter().any(|own| same(query.issuer.environment(), own.as_str(), &realm)));
    assert!(entry.expires_on > now);
    assert_eq!(fields.string("ext_cache_key"), query.ext_cache_key);
}

fn queries(cache: &TokenCache) -> Vec<AccessTokenQuery> {
    let mut queries = vec![usual_query()];
    for entry in cache.access_tokens().into_iter().take(SUBJECTS) {
        let query = AccessTokenQuery {
            client_id: entry.client_id,
            issuer: entry.environment.into(),
            realms: vec![Realm::new("elsewhere"), entry.realm],
            owner: entry.home_account_id.map_or(Owner::Application, Owner::User),
            scopes: entry.scopes,
            key_id: entry.key_id,
            ext_cache_key: entry.ext_cache_key,
            min_valid: MinValid::AtLeast(Duration::ZERO),
            lifetime: None,
        };
        queries.extend([in_capitals(&query), AccessTokenQuery { min_valid: MinValid::Default, ..query }]);
    }
    queries
}

fn in_capitals(query: &AccessTokenQuery) -> AccessTokenQuery {
    let scopes = query.scopes.iter().map(str::to_ascii_uppercase).collect::<Vec<_>>().join(" ");
    AccessTokenQuery {
        client_id: ClientId::new(query.client_id.as_str().to_ascii_uppercase()),
        scopes: ScopeSet::parse(&scopes),
        ..query.clone()
    }
}

fn usual_query() -> AccessTokenQuery {
    AccessTokenQuery {
        client_id: ClientId::new("client"),
        issuer: Environment::new("login.windows.net").into(),
        realms: vec![Realm::new("contoso")],
        owner: Owner::User(HomeAccountId::new("uid.utid")),
        scopes: ScopeSet::parse("User.Read"),
        key_id: None,
        ext_cache_key: None,
        min_valid: MinValid::Default,
        lifetime: None,
    }
}

fn search_refresh_tokens(cache: &TokenCache, document: &Document<'_>) {
    for account in cache.accounts(None).into_iter().take(SUBJECTS) {
        for entry in cache.refresh_tokens().into_iter().take(SUBJECTS) {
            let query = RefreshTokenQuery {
                client_id: entry.client_id,
                issuer: account.environment.clone().into(),
                home_account_id: account.home_account_id.clone(),
            };
            let found = cache.find_refresh_tokens(&query);
            assert!(found.len() <= 2, "at most one of the family and one of the client");
            for entry in found {
                let fields = document.entry(Section::RefreshToken, &entry.key).expect("it stands in the document");
                assert_eq!(fields.string("secret").as_deref(), Some(entry.secret.expose()));
                assert!(is_within(query.issuer.environment(), &fields));
                assert!(is_of_owner(query.issuer.environment(), Some(query.home_account_id.as_str()), &fields));
                let is_own = is_of_client(query.issuer.environment(), query.client_id.as_str(), &fields);
                assert!(is_own || fields.string("family_id").is_some(), "another client's own is not spent");
                assert!(cache.holds_refresh_token(&entry.secret));
            }
        }
    }
}
