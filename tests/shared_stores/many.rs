//! Stores with many users.

use serde_json::Value;

use crate::machine::{machine, said};
use crate::provider::Provider;
use crate::support::is_long;
use crate::{provider, stores};

/// More than a page of the SQL stores.
fn number() -> usize {
    if is_long() { 100_000 } else { 2500 }
}

#[test]
fn all_users_are_listed_page_by_page() {
    for store in stores::all() {
        let provider = Provider::start();
        let home = machine(&store.url, &provider);
        store.put_users(&provider.authority(), (0..number()).map(|number| format!("user-{number:06}")));

        let list: Vec<Value> = serde_json::from_str(&home.answer("list -o json")).unwrap();
        assert_eq!(list.len(), number(), "{}", store.url);
        assert_eq!(list[7]["username"], provider::name("user-000007"));
        assert_eq!(list[7]["access_tokens"][0]["scope"], "notes.read");
        let table = home.answer("list");
        assert_eq!(table.lines().count(), number() + 1, "a header, and a line for each user");
        assert!(table.starts_with("ACCOUNT ") && !table.contains("canary"));

        let one = home.answer("list --account USER-000042@example.com -o json");
        let one: Vec<Value> = serde_json::from_str(&one).unwrap();
        assert_eq!((one.len(), &one[0]["home_account_id"]), (1, &provider::id("user-000042").into()));
        let error = home.failure(9, "token --scope notes.read");
        assert!(error.contains("many accounts are signed in, user-000000@example.com among them"), "{error}");
        assert_eq!(home.answer("token --scope notes.read --account user-000042-id"), "canary-AT-user-000042");
    }
}

#[test]
fn nobody_is_an_empty_list() {
    for store in stores::all() {
        let home = machine(&store.url, &Provider::start());
        // The SQLite file exists once it was used.
        assert_eq!(store.partitions(), Vec::<String>::new());
        assert_eq!(home.answer("list -o json"), "[]");
        assert!(said(&home.tokcache("list")).contains(&format!("nobody is signed in: {} is empty", store.url)));
        home.failure(9, "list --account alice");
    }
}

#[test]
fn all_users_are_cleared_only_if_the_store_is_typed() {
    for store in stores::all() {
        let provider = Provider::start();
        let home = machine(&store.url, &provider);
        store.put_users(&provider.authority(), (0..40).map(|number| format!("user-{number}")));
        store.put("damaged-id", "{\"AccessToken\": ");

        let error = home.failure(2, "clear --all --yes");
        assert!(error.contains("every user") && error.contains(&format!("--store {}", store.url)), "{error}");
        home.failure(2, &format!("clear --all --store {}", store.url));
        assert_eq!(store.partitions().len(), 41);

        let message = said(&home.tokcache(&format!("clear --all --yes --store {}", store.url)));
        assert!(message.contains("41 users"), "{message}");
        assert_eq!(store.partitions(), Vec::<String>::new());
        assert_eq!(provider.revoked().len(), 40);
    }
}
