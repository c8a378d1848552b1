//! The findings that a vector expects.

use std::collections::BTreeMap;

use tokcache_core::cache::{TokenCache, Verdict};
use tokcache_core::types::Realm;

use crate::every_path::stranger;
use crate::vector::{Found, Vector};

pub(crate) fn expect_findings(vector: &Vector, cache: &TokenCache) {
    let unreadable: Vec<_> =
        cache.unreadable().iter().map(|entry| format!("{}/{}: {}", entry.section, entry.key, entry.reason)).collect();
    assert_eq!(unreadable, vector.unreadable);
    if let Some(find) = &vector.find_access_token {
        let mut verdicts = BTreeMap::new();
        let found = cache.judge_access_tokens(&find.query.access_token_query(), vector.now(), &mut |entry, verdict| {
            verdicts.insert(entry.key.clone(), verdict);
        });
        let found = found.map(|entry| Found {
            secret: entry.secret.expose().to_owned(),
            aging: verdicts[&entry.key] == Verdict::Usable { aging: true },
        });
        assert_eq!(found, find.expect);
        for (key, reason) in &find.reasons {
            let Some(Verdict::Unusable(found)) = verdicts.get(key) else { panic!("{key}: {:?}", verdicts.get(key)) };
            assert_eq!(found.to_string(), *reason, "{key}");
        }
    }
    if let Some(find) = &vector.find_refresh_tokens {
        let found = cache.find_refresh_tokens(&find.query.refresh_token_query());
        let secrets: Vec<_> = found.iter().map(|entry| entry.secret.expose()).collect();
        assert_eq!(secrets, find.expect);
    }
    if let Some(expected) = &vector.accounts {
        let strangers = stranger().home_account_id.unwrap();
        let accounts = cache.accounts(None).into_iter().filter(|account| account.home_account_id.as_str() != strangers);
        let accounts: Vec<_> = accounts
            .map(|account| {
                let realms: Vec<_> = account.realms.iter().map(Realm::as_str).collect();
                format!("{} {} {}", account.home_account_id, account.username, realms.join(" "))
            })
            .collect();
        assert_eq!(accounts, *expected);
    }
}
