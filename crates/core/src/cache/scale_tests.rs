//! Tests caches of many thousand entries, as on a shared machine or in a test service: no step may take quadratic time.
//! They assert no time limit; a quadratic step would take minutes.

use std::fmt::Write as _;

use super::{
    AccessTokenQuery, AccountRemoval, Grant, MinValid, Owner, RefreshTokenQuery, RemovalScope, Section, SignIn, Skim,
    Snapshot, TokenCache,
};
use crate::secret::{AccessToken, Window};
use crate::time::Timestamp;
use crate::types::{AuthorityType, ClientId, Environment, HomeAccountId, Realm, ScopeSet};

const MANY: usize = 20_000;
const NOW: Timestamp = Timestamp(1000);

/// Returns a document whose sections have `MANY` entries each, all of one environment and one family. `fields` returns
/// the other fields by number.
fn large_document(fields: impl Fn(usize) -> String) -> String {
    let mut text = "{".to_owned();
    for section in Section::ALL {
        let _ = write!(text, "\"{}\": {{", section.name());
        for number in 0..MANY {
            let separator = if number == 0 { "" } else { "," };
            let _ = write!(
                text,
                r#"{separator}"{number}": {{"environment": "idp.example.com", "target": "a", "family_id": "1",
                    "secret": "secret-{number}", "expires_on": "{}", {}}}"#,
                5000 + number,
                fields(number)
            );
        }
        text.push_str(if section == Section::AppMetadata { "}" } else { "}, " });
    }
    text.push('}');
    text
}

fn of_many_users() -> String {
    large_document(|number| {
        format!(r#""home_account_id": "user-{number}", "client_id": "client-{number}", "realm": "r""#)
    })
}

fn of_one_user() -> String {
    large_document(|number| {
        format!(r#""home_account_id": "user", "client_id": "client", "realm": "realm-{}""#, number / 2)
    })
}

fn query(user: &str, realm: &str) -> AccessTokenQuery {
    AccessTokenQuery {
        client_id: ClientId::new(if user == "user" { "client" } else { "client-1" }),
        issuer: Environment::new("idp.example.com").into(),
        realms: vec![Realm::new(realm)],
        owner: Owner::User(HomeAccountId::new(user)),
        scopes: ScopeSet::parse("a"),
        key_id: None,
        ext_cache_key: None,
        min_valid: MinValid::Default,
        lifetime: None,
    }
}

fn removal(user: &str, client_id: &str) -> AccountRemoval {
    AccountRemoval {
        home_account_id: HomeAccountId::new(user),
        issuer: Environment::new("idp.example.com").into(),
        scope: RemovalScope::ClientAndFamily(ClientId::new(client_id)),
    }
}

#[test]
fn many_users_are_told_apart() {
    let text = of_many_users();
    let snapshot = Snapshot::scan(text.as_bytes()).unwrap();
    assert_eq!(snapshot.accounts(None).len(), MANY);
    assert_eq!(snapshot.find_access_token(&query("user-1", "r"), NOW).unwrap().secret.expose(), "secret-1");
    let mut cache = TokenCache::deserialize(text.as_bytes()).unwrap();
    assert_eq!(cache.remove_account(&removal("user-7", "client-1")).len(), 1);
    assert_eq!(cache.accounts(None).len(), MANY - 1);
    assert_eq!(cache.clear().len(), MANY - 1);
}

#[test]
fn one_user_of_many_tokens_and_realms_is_one() {
    let text = of_one_user();
    let snapshot = Snapshot::scan(text.as_bytes()).unwrap();
    let accounts = snapshot.accounts(None);
    assert_eq!((accounts.len(), accounts[0].realms.len()), (1, MANY / 2));
    let mut cache = TokenCache::deserialize(text.as_bytes()).unwrap();
    let refresh_tokens = RefreshTokenQuery {
        client_id: ClientId::new("client"),
        issuer: Environment::new("idp.example.com").into(),
        home_account_id: HomeAccountId::new("user"),
    };
    assert_eq!(cache.find_refresh_tokens(&refresh_tokens).len(), 1);
    assert_eq!(cache.remove_account(&removal("user", "client")).len(), MANY);
}

#[test]
fn of_many_tokens_that_would_do_the_last_may_be_the_best() {
    let text = large_document(|_| r#""home_account_id": "user", "client_id": "client", "realm": "r""#.to_owned());
    let query = query("user", "r");
    let found = Snapshot::scan(text.as_bytes()).unwrap().find_access_token(&query, NOW).unwrap();
    assert_eq!(found.secret.expose(), format!("secret-{}", MANY - 1));
    let mut source = text.as_bytes();
    let mut window = Window::open(&mut source, text.len() as u64).unwrap();
    let mut skim = Skim::new(&query.client_id, query.issuer.environment(), &query.scopes, None);
    let skimmed = skim.look(&mut window).unwrap();
    assert_eq!(skimmed.find_access_token(&query, NOW), Some(found));
}

/// MSAL Python's keys are equal for users whose ids differ only in case. Each further one gets a number.
#[test]
fn many_keys_that_collide_are_passed_over_once() {
    let mut text = String::from(r#"{"Account": {"#);
    for number in 0..MANY {
        let key = if number == 0 { "user-idp-r".to_owned() } else { format!("User-idp-r{}", suffix(number)) };
        let separator = if number == 0 { "" } else { "," };
        let fields = format!(r#""home_account_id": "other-{number}", "environment": "idp", "realm": "r""#);
        let _ = write!(text, r#"{separator}"{key}": {{{fields}}}"#);
    }
    text.push_str("}}");
    let mut cache = TokenCache::deserialize(text.as_bytes()).unwrap();
    let grant = Grant {
        sign_in: Some(SignIn {
            local_account_id: None,
            username: "new".to_owned(),
            authority_type: AuthorityType::Mssts,
            account_source: None,
        }),
        ..Grant::new(
            ClientId::new("client"),
            Environment::new("idp"),
            Realm::new("r"),
            Owner::User(HomeAccountId::new("User")),
            AccessToken::new("secret"),
            ScopeSet::parse("a"),
            3600,
        )
    };
    cache.record(&grant, NOW);
    assert_eq!(cache.accounts(None).len(), MANY + 1);
}

/// Returns the end of the colliding entry's key.
fn suffix(number: usize) -> String {
    if number == 1 { String::new() } else { format!("-{number}") }
}

/// Users with three tokens each, of whom one is requested: by name, which needs a second pass because too much was kept
/// on trial, and by home account id.
#[test]
fn of_many_users_one_is_found_without_keeping_the_others() {
    let token = |number: usize| {
        let filler = format!("filler-{number}-").repeat(8);
        format!(
            r#""username": "name-{number}", "home_account_id": "user-{number}", "client_id": "client-1", "realm": "r",
            "filler": "{filler}", "authority": "https://idp.example.com""#
        )
    };
    let text = large_document(token);
    let query = query("user-19000", "r");
    for (wanted, looks) in [("NAME-19000", 2), ("user-19000", 2), ("nobody", 1)] {
        let mut skim = Skim::new(&query.client_id, query.issuer.environment(), &query.scopes, Some(wanted));
        let mut found = None;
        for look in 1..=looks {
            let mut source = text.as_bytes();
            let mut window = Window::open(&mut source, text.len() as u64).unwrap();
            let snapshot = skim.look(&mut window);
            assert_eq!(skim.needs_second_look(), look < looks, "{wanted}, {look}");
            let Some(snapshot) = snapshot else { continue };
            // The metadata of clients are kept. Here they are a fifth of the document.
            assert!(snapshot.document().text.len() < text.len() / 4, "{wanted}");
            found = snapshot.find_access_token(&query, NOW);
        }
        assert_eq!(
            found.map(|entry| entry.secret.expose().to_owned()),
            match wanted {
                "nobody" => None,
                _ => Some("secret-19000".to_owned()),
            }
        );
    }
}
