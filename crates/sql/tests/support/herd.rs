//! Many processes at the same moment.

use std::collections::BTreeSet;
use std::time::Duration;

use tokcache_testing::provider::expired_sign_in;
use tokcache_testing::servers::ProviderServer;

use super::child::{Role, at_once};
use super::{alice, open, put, refresh_tokens};

/// Thirty processes find the same token expired, at a provider that takes 0.3 s and rotates refresh tokens.
pub(crate) fn thirty_processes_make_one_request(url: &str) {
    let provider = ProviderServer::start(Duration::from_millis(300));
    let store = open(url);
    put(store.as_ref(), &alice(), &expired_sign_in(&provider.authority()));
    let answers: BTreeSet<String> = at_once(30, Role::Acquire, url, &provider.authority()).into_iter().collect();
    assert_eq!(answers, BTreeSet::from(["AT-1".to_owned()]));
    assert_eq!(provider.rotation().requests(), 1);
    assert!(provider.rotation().is_signed_in());
    assert_eq!(refresh_tokens(store.as_ref()), ["RT-1"]);
}

/// Twenty processes start on a database without tables.
pub(crate) fn twenty_processes_make_one_schema(url: &str) {
    let answers: BTreeSet<String> = at_once(20, Role::Connect, url, "").into_iter().collect();
    assert_eq!(answers, BTreeSet::from(["0 partitions".to_owned()]));
}
