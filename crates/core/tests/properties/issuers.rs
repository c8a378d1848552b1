//! For any cache, no token is of two issuers, and no operation for one issuer changes what another one finds.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use serde_json::Value;
use tokcache_core::cache::{Owner, TokenCache, Verdict};
use tokcache_core::types::{ClientId, HomeAccountId, Issuer};

use crate::documents::{CLIENTS, NOW, Operation, Subject, USERS, apply, document, issuers, operation};

/// Returns the secrets of the tokens that some client of this issuer would be served, redeem or revoke.
fn reachable(cache: &TokenCache, issuer: &Issuer) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for client_id in CLIENTS.map(ClientId::new) {
        found.extend(cache.refresh_tokens_of(issuer, &client_id).iter().map(|entry| entry.secret.expose().to_owned()));
        let subject = |user| Subject { issuer: issuer.clone(), client_id: client_id.clone(), user };
        let mut owners = vec![subject(HomeAccountId::new("")).query(Owner::Application)];
        for user in USERS.map(HomeAccountId::new) {
            let subject = subject(user.clone());
            owners.push(subject.query(Owner::User(user)));
            let refresh_tokens = cache.find_refresh_tokens(&subject.refresh_tokens());
            found.extend(refresh_tokens.iter().map(|entry| entry.secret.expose().to_owned()));
        }
        for query in owners {
            // Not only the best one: each would be served if the others were not there.
            cache.judge_access_tokens(&query, NOW, &mut |entry, verdict| {
                if let Verdict::Usable { .. } = verdict {
                    found.insert(entry.secret.expose().to_owned());
                }
            });
        }
    }
    found
}

/// Returns the issuer that the entry with this secret names.
fn named_issuer(document: &Value, secret: &str) -> Option<String> {
    let mut entries = document.as_object()?.values().filter_map(Value::as_object).flat_map(|section| section.values());
    entries.find(|entry| entry["secret"] == secret)?["authority"].as_str().map(str::to_owned)
}

/// An ID token that names no issuer is no evidence against one. A policy's sign-out leaves the tokens of its cloud alone.
#[test]
fn a_sign_out_changes_nothing_of_a_cloud_whose_id_token_names_no_issuer() {
    let user = HomeAccountId::new("uid.utid");
    let fields = r#""client_id": "client", "environment": "login.microsoftonline.com", "home_account_id": "uid.utid""#;
    let id_token = format!("e30.{}.e30", URL_SAFE_NO_PAD.encode(r#"{"sub": "bob"}"#));
    let text = format!(
        r#"{{"RefreshToken": {{"r": {{"credential_type": "RefreshToken", "secret": "RT", {fields}}}}},
            "IdToken": {{"i": {{"credential_type": "IdToken", "secret": "{id_token}", "realm": "contoso", {fields}}}}}}}"#
    );
    let mut cache = TokenCache::deserialize(text.as_bytes()).unwrap();
    let is_cloud = |issuer: &Issuer| issuer.environment().as_str() == "login.microsoftonline.com";
    let [cloud, policy] = issuers().into_iter().filter(is_cloud).collect::<Vec<_>>().try_into().unwrap();
    let before = reachable(&cache, &cloud);
    assert!(before.contains("RT"));
    let subject = Subject { issuer: policy, client_id: ClientId::new("client"), user };
    apply(&mut cache, &subject, &Operation::SignOut, 0);
    assert_eq!(reachable(&cache, &cloud), before);
}

proptest! {
    #![proptest_config(crate::config(128))]

    #[test]
    fn no_token_is_of_two_issuers(text in document(false)) {
        let cache = TokenCache::deserialize(text.as_bytes()).unwrap();
        let document: Value = serde_json::from_str(&text).unwrap();
        let mut all = BTreeSet::new();
        for issuer in issuers() {
            for secret in reachable(&cache, &issuer) {
                if let Some(named) = named_issuer(&document, &secret) {
                    prop_assert_eq!(Some(&*named), issuer.identity(), "{}", secret);
                }
                prop_assert!(all.insert(secret.clone()), "{} is of {:?} and of another one", secret, issuer);
            }
        }
    }

    #[test]
    fn no_operation_for_one_issuer_changes_what_another_one_finds(
        text in document(false),
        operations in prop::collection::vec(operation(), 1..6),
    ) {
        let mut cache = TokenCache::deserialize(text.as_bytes()).unwrap();
        let of_all = |cache: &TokenCache| -> Vec<_> {
            issuers().into_iter().map(|issuer| (reachable(cache, &issuer), issuer)).collect()
        };
        let mut before = of_all(&cache);
        for (number, (subject, operation)) in operations.iter().enumerate() {
            apply(&mut cache, subject, operation, number);
            let after = of_all(&cache);
            for ((after, issuer), (before, _)) in after.iter().zip(&before) {
                if *issuer != subject.issuer {
                    prop_assert_eq!(after, before, "{:?} after {:?} of {:?}", issuer, operation, subject);
                }
            }
            before = after;
        }
    }
}
