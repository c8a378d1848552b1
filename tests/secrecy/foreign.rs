//! Tests a cache file that another user has planted in a shared folder.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};

use crate::home::{Home, tells};
use crate::support::provider::{NEW_REFRESH_TOKEN, Provider, generous};
use crate::support::root::is_root_or_runs_again;

/// A user that is neither root nor the owner of a home.
const SOMEBODY: u32 = 1;

#[test]
fn a_file_of_another_user_is_neither_believed_nor_given_a_token() {
    if !is_root_or_runs_again() {
        return;
    }
    let provider = Provider::start(generous);
    let home = Home::at(&provider);
    let (folder, cache) = (home.path("state"), home.path("state/token_cache.json"));
    chown(&folder, Some(0), None).unwrap();
    fs::set_permissions(&folder, Permissions::from_mode(0o1777)).unwrap();
    chown(&cache, Some(SOMEBODY), None).unwrap();
    fs::set_permissions(&cache, Permissions::from_mode(0o666)).unwrap();
    let planted = home.cache();

    let commands: [&[&str]; 6] = [
        &["token"],
        &["token", "--force-refresh"],
        &["login", "--scope", "api:read"],
        &["list"],
        &["clear", "--no-revoke"],
        &["cache", "check"],
    ];
    for command in commands {
        let output = home.tokcache(command).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(7), 0), "{command:?}: {said}");
        assert!(said.contains("it belongs to the user 1\n  try: "), "{command:?}: {said}");
        assert_eq!(home.cache(), planted, "{command:?}");
        assert!(!tells(said.as_bytes(), NEW_REFRESH_TOKEN) && !said.contains("enter the code"), "{command:?}: {said}");
    }
}
