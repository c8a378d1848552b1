//! Tests the key of an encrypted cache in the Credential Manager.

use crate::provider::Provider;
use crate::wine::Home;

#[test]
fn the_key_of_an_encrypted_cache_is_kept_by_the_credential_manager() {
    let provider = Provider::start(3600);
    let home = Home::empty();
    home.sign_in(&provider, &["--encrypt", "keyring"]);
    let stored = || String::from_utf8_lossy(&std::fs::read(home.cache()).unwrap()).into_owned();
    assert!(!stored().contains("AT-1") && !stored().contains("RT-1"), "it is encrypted");
    assert_eq!(home.answer("token"), "AT-1");
    assert_eq!(home.answer("token --force-refresh"), "AT-2");
    assert!(home.tokcache(&["cache", "rekey"]).status.success());
    assert_eq!(home.answer("token"), "AT-2");
    assert!(home.tokcache(&["cache", "decrypt"]).status.success());
    assert!(stored().contains("AT-2"), "it is plain again");
    assert_eq!(home.answer("token"), "AT-2");
}
