//! Changes a cache document: recorded entries are found, removed ones are gone, no redeemed token is left, and
//! everything that belongs to others is unchanged.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tokcache_core::cache::{
    AccessTokenQuery, AccountRemoval, Grant, MinValid, Owner, RefreshTokenEntry, RemovalScope, Section, SignIn,
    TokenCache,
};
use tokcache_core::secret::{AccessToken, RawIdToken, RefreshToken};
use tokcache_core::time::Timestamp;
use tokcache_core::types::{AuthorityType, ClientId, Environment, HomeAccountId, Realm, ScopeSet};
use tokcache_fuzz::document::{Document, is_of_client, is_of_owner, is_within, same};
use tokcache_fuzz::json::Object;

const NOW: Timestamp = Timestamp(1_700_000_100);

/// The number of entries from which grants and removals are made.
const SUBJECTS: usize = 2;

fuzz_target!(|text: &[u8]| {
    let Ok(cache) = TokenCache::deserialize(text) else { return };
    let text: &str = &cache.serialize();
    for entry in cache.refresh_tokens().into_iter().take(SUBJECTS) {
        record(text, &refresh(&entry, None));
        record(text, &refresh(&entry, Some("NEW-RT")));
        record(text, &sign_in(&entry.environment, &entry.client_id, entry.home_account_id.as_ref()));
    }
    for entry in cache.access_tokens().into_iter().filter(|entry| entry.home_account_id.is_none()).take(1) {
        record(text, &application(&entry.environment, &entry.client_id, &entry.realm));
        remove_client_tokens(text, &entry.client_id, &entry.environment);
    }
    for account in cache.accounts(None).into_iter().take(SUBJECTS) {
        let removal = |scope| AccountRemoval {
            home_account_id: account.home_account_id.clone(),
            issuer: account.environment.clone().into(),
            scope,
        };
        remove(text, &removal(RemovalScope::Everything));
        remove(text, &removal(RemovalScope::ClientAndFamily(ClientId::new("client"))));
    }
    clear(text);
    come_and_go(text);
});

fn refresh(spent: &RefreshTokenEntry, rotated: Option<&str>) -> Grant {
    let owner = spent.home_account_id.clone().map_or(Owner::Application, Owner::User);
    Grant {
        refresh_token: rotated.map(RefreshToken::new),
        family_id: spent.family_id.clone(),
        spent: Some(spent.secret.clone()),
        id_token: Some(RawIdToken::new("NEW-IT")),
        ..grant(&spent.environment, &spent.client_id, owner)
    }
}

fn sign_in(environment: &Environment, client_id: &ClientId, user: Option<&HomeAccountId>) -> Grant {
    let user = user.cloned().unwrap_or_else(|| HomeAccountId::new("uid.utid"));
    Grant {
        refresh_token: Some(RefreshToken::new("NEW-RT")),
        id_token: Some(RawIdToken::new("NEW-IT")),
        sign_in: Some(SignIn {
            local_account_id: None,
            username: "ann@example.com".to_owned(),
            authority_type: AuthorityType::Mssts,
            account_source: None,
        }),
        ..grant(environment, client_id, Owner::User(user))
    }
}

fn application(environment: &Environment, client_id: &ClientId, realm: &Realm) -> Grant {
    Grant { realm: realm.clone(), ..grant(environment, client_id, Owner::Application) }
}

fn grant(environment: &Environment, client_id: &ClientId, owner: Owner) -> Grant {
    let (access_token, scopes) = (AccessToken::new("NEW-AT"), ScopeSet::parse("User.Read"));
    Grant::new(client_id.clone(), environment.clone(), Realm::new("contoso"), owner, access_token, scopes, 3600)
}

fn record(text: &str, grant: &Grant) {
    let mut cache = open(text);
    cache.record(grant, NOW);
    let after: &str = &closed(&cache);
    Document::read(text).assert_spared(&Document::read(after), |section, fields| is_foreign(grant, section, fields));

    let found = cache.find_access_token(&query(grant), NOW);
    assert_eq!(found.map(|entry| entry.secret), Some(grant.access_token.clone()), "what is recorded is found");
    if let Some(new) = &grant.refresh_token {
        assert!(cache.holds_refresh_token(new));
        let is_spent = |entry: &RefreshTokenEntry| {
            grant.issuer.environment().is_alias_of(entry.environment.as_str())
                && Some(&entry.secret) == grant.spent.as_ref()
        };
        assert!(grant.spent.as_ref() == Some(new) || !cache.refresh_tokens().iter().any(is_spent), "a spent copy");
    }
    if let (Some(_), Owner::User(user)) = (&grant.sign_in, &grant.owner) {
        let accounts = cache.accounts(Some(&grant.issuer));
        assert!(accounts.iter().any(|account| same(
            grant.issuer.environment(),
            account.home_account_id.as_str(),
            user.as_str()
        )));
    }
}

/// Whether a grant does not concern an entry.
fn is_foreign(grant: &Grant, section: Section, fields: &Object<'_>) -> bool {
    let Grant { issuer, client_id, .. } = grant;
    let environment = issuer.environment();
    if !is_within(environment, fields) {
        return true;
    }
    let is_of_client = is_of_client(environment, client_id.as_str(), fields);
    let is_of_owner = is_of_owner(environment, id(&grant.owner), fields);
    let is_of_realm = same(environment, &fields.string("realm").unwrap_or_default(), grant.realm.as_str());
    match section {
        Section::AccessToken => !is_of_client || !is_of_owner || (grant.sign_in.is_none() && !is_of_realm),
        Section::Account => grant.sign_in.is_none() || !is_of_owner || !is_of_realm,
        Section::AppMetadata => !is_of_client,
        Section::IdToken => !is_of_client || !is_of_owner || !is_of_realm,
        Section::RefreshToken => {
            let is_spent = fields.string("secret").as_deref() == grant.spent.as_ref().map(RefreshToken::expose);
            let is_of_family = fields.string("family_id").is_some();
            grant.refresh_token.is_none() || !(is_spent || is_of_owner && (is_of_client || is_of_family))
        }
    }
}

fn query(grant: &Grant) -> AccessTokenQuery {
    AccessTokenQuery {
        client_id: grant.client_id.clone(),
        issuer: grant.issuer.clone(),
        realms: vec![grant.realm.clone()],
        owner: grant.owner.clone(),
        scopes: grant.scopes.clone(),
        key_id: None,
        ext_cache_key: None,
        min_valid: MinValid::Default,
        lifetime: None,
    }
}

fn remove(text: &str, removal: &AccountRemoval) {
    let mut cache = open(text);
    let revocable = cache.remove_account(removal);
    let after: &str = &closed(&cache);
    let AccountRemoval { issuer, home_account_id, scope } = removal;
    let environment = issuer.environment();
    let is_users = |fields: &Object<'_>| {
        is_within(environment, fields) && is_of_owner(environment, Some(home_account_id.as_str()), fields)
    };
    Document::read(text)
        .assert_spared(&Document::read(after), |section, fields| section == Section::AppMetadata || !is_users(fields));
    for entry in &revocable {
        assert!(text.contains(&json_text(entry.secret.expose())) || text.contains('\\'), "it stood in the document");
    }
    if *scope == RemovalScope::Everything {
        for section in [Section::AccessToken, Section::Account, Section::IdToken, Section::RefreshToken] {
            for (_, entry) in Document::read(after).section(section) {
                let fields = Object::parse(entry);
                assert!(!fields.is_some_and(|fields| is_users(&fields)), "{section} of a user who was removed");
            }
        }
        assert!(cache.accounts(Some(issuer)).iter().all(|left| left.home_account_id != *home_account_id));
    }
}

fn remove_client_tokens(text: &str, client_id: &ClientId, environment: &Environment) {
    let mut cache = open(text);
    cache.remove_client_tokens(client_id, &environment.clone().into());
    let is_clients = |fields: &Object<'_>| {
        is_within(environment, fields)
            && is_of_client(environment, client_id.as_str(), fields)
            && is_of_owner(environment, None, fields)
    };
    Document::read(text).assert_spared(&Document::read(&closed(&cache)), |section, fields| {
        section != Section::AccessToken || !is_clients(fields)
    });
}

fn clear(text: &str) {
    let mut cache = open(text);
    cache.clear();
    let cleared: &str = &closed(&cache);
    let document = Document::read(cleared);
    assert!(document.sections.iter().all(Vec::is_empty));
    assert_eq!(document.others, Document::read(text).others);
    cache.mark_saved();
    assert!(cache.clear().is_empty() && !cache.has_state_changed(), "there is nothing left to clear");
}

/// An unknown user signs in, refreshes and signs out, and leaves no trace.
fn come_and_go(text: &str) {
    let (environment, client_id) = (Environment::new("stranger.example"), ClientId::new("stranger"));
    let stranger = HomeAccountId::new("stranger");
    let is_strangers = |fields: &Object<'_>| is_within(&environment, fields);
    if Document::read(text).sections.iter().flatten().any(|(_, entry)| entry.contains("stranger")) {
        return;
    }
    let mut cache = open(text);
    cache.record(&sign_in(&environment, &client_id, Some(&stranger)), NOW);
    closed(&cache);
    let own = cache.refresh_tokens().into_iter().find(|entry| entry.environment == environment);
    cache.record(&refresh(&own.expect("the refresh token is recorded"), Some("NEWER-RT")), NOW);
    closed(&cache);
    cache.remove_account(&AccountRemoval {
        home_account_id: stranger,
        issuer: environment.clone().into(),
        scope: RemovalScope::Everything,
    });
    let (after, before) = (closed(&cache), Document::read(text));
    before.assert_spared(&Document::read(&after), |_, fields| !is_strangers(fields));
    let entries = |document: &Document<'_>, section| document.section(section).len();
    for section in [Section::AccessToken, Section::Account, Section::IdToken, Section::RefreshToken] {
        assert_eq!(entries(&Document::read(&after), section), entries(&before, section));
    }
}

fn open(text: &str) -> TokenCache {
    TokenCache::deserialize(text.as_bytes()).expect("it was read before")
}

/// Returns the text after a change, and checks that parsing and serializing it again yields the same text.
fn closed(cache: &TokenCache) -> zeroize::Zeroizing<String> {
    let text = cache.serialize();
    let again = open(&text);
    assert_eq!(again.serialize(), text);
    assert_eq!(again.access_tokens(), cache.access_tokens());
    assert_eq!(again.refresh_tokens(), cache.refresh_tokens());
    assert_eq!(again.accounts(None), cache.accounts(None));
    assert_eq!(again.unreadable(), cache.unreadable());
    text
}

fn id(owner: &Owner) -> Option<&str> {
    match owner {
        Owner::Application => None,
        Owner::User(id) => Some(id.as_str()),
    }
}

fn json_text(text: &str) -> String {
    format!("\"{text}\"")
}
