//! Tests a cache that cannot be saved after a rotation: the next run finds the new refresh token.

use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;
use std::time::UNIX_EPOCH;

use pollster::FutureExt as _;
use serde_json::json;
use tempfile::TempDir;
use tokcache_core::acquire::{AcquireError, ClientApplication, SignOutRequest, Source};
use tokcache_core::store::Partition;
use tokcache_file::FileStore;

use crate::scripted_server::{Meanwhile, want};
use crate::world::{Life, refresh_with, request, served, tokens};

/// A sign-in with a file that can be made unwritable, and a folder for recovery files.
struct OnDisk {
    life: Life,
    folder: TempDir,
}

impl OnDisk {
    /// Returns a sign-in with an expired access token.
    fn expired() -> OnDisk {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("rescue")).unwrap();
        let life = Life::new();
        let file = folder.path().join("cache.json");
        let store = FileStore::new(&file, std::time::Duration::from_secs(60), life.clock.clone());
        let rescue = ["missing", "rescue"].map(|name| folder.path().join(name));
        let life = Life { store: Box::new(store.recovering_in(Box::new(move || rescue.to_vec()))), ..life };
        life.sign_in(tokens(1));
        life.clock.step(Duration::from_secs(3600));
        life.told();
        OnDisk { life, folder }
    }

    /// Refreshes while saving is impossible.
    fn refresh_without_saving(&self) {
        let Self { life, .. } = self;
        life.server.expects([refresh_with("RT-1").and_answer(200, &tokens(2))]);
        let break_lock = || fs::create_dir(self.lock()).unwrap();
        let http = Meanwhile { server: &life.server, act: &break_lock };
        let outcome = ClientApplication { http: &http, ..life.client() }.acquire_token_silent(&request()).block_on();
        assert_eq!(served(outcome), ("AT-2".into(), Source::Refresh), "the token is served");
        assert_eq!(self.life.told(), [format!("not saved: Kept({:?})", self.rescued().unwrap())]);
    }

    fn mend(&self) {
        fs::remove_dir(self.lock()).unwrap();
    }

    /// Returns the lock file's path. A folder there makes locking impossible, even for root.
    fn lock(&self) -> PathBuf {
        self.folder.path().join("cache.json.lockfile")
    }

    /// Writes the successor of `spent` as another run would: in its own recovery folder, which comes first.
    fn rescued_by_another_run(&self, spent: &str, successor: &str) {
        let folder = self.folder.path().join("missing");
        fs::create_dir(&folder).unwrap();
        let left = folder.join(self.rescued().unwrap().file_name().unwrap());
        fs::copy(self.rescued().unwrap(), &left).unwrap();
        let mut file = File::options().write(true).truncate(true).open(&left).unwrap();
        file.write_all(json!({ "spent": spent, "refresh_token": successor }).to_string().as_bytes()).unwrap();
        file.set_modified(UNIX_EPOCH).unwrap();
    }

    /// Asserts that the next run finds `successor` and puts it into the cache.
    fn assert_goes_on_with(&self, successor: &str) {
        self.mend();
        self.life.server.expects([refresh_with(successor).and_answer(200, &tokens(7))]);
        assert_eq!(served(self.life.token()), ("AT-7".into(), Source::Refresh));
        assert_eq!(self.rescued(), None);
        assert_eq!(fs::read_dir(self.folder.path().join("missing")).unwrap().count(), 0);
    }

    fn rescued(&self) -> Option<PathBuf> {
        let mut entries = fs::read_dir(self.folder.path().join("rescue")).unwrap();
        entries.next().map(|entry| entry.unwrap().path())
    }
}

#[test]
fn the_next_run_finds_the_new_refresh_token_and_spends_that() {
    let disk = OnDisk::expired();
    disk.refresh_without_saving();
    disk.mend();
    disk.life.server.expects([refresh_with("RT-2").and_answer(200, &tokens(3))]);
    assert_eq!(served(disk.life.token()), ("AT-3".into(), Source::Refresh));
    assert_eq!(disk.rescued(), None);
}

#[test]
fn it_is_kept_until_it_is_saved_and_nothing_is_spent_before() {
    let disk = OnDisk::expired();
    disk.refresh_without_saving();
    for _ in 0..2 {
        assert!(matches!(disk.life.token(), Err(AcquireError::Store(_))));
        assert!(disk.rescued().is_some());
    }
}

#[test]
fn what_is_out_of_date_in_one_folder_does_not_hide_what_is_in_another() {
    let disk = OnDisk::expired();
    disk.refresh_without_saving();
    disk.rescued_by_another_run("RT-0", "RT-9");
    disk.assert_goes_on_with("RT-2");
}

#[test]
fn what_was_rescued_twice_is_followed_to_the_last() {
    let disk = OnDisk::expired();
    disk.refresh_without_saving();
    disk.rescued_by_another_run("RT-2", "RT-3");
    disk.assert_goes_on_with("RT-3");
}

#[test]
fn of_two_that_succeed_one_token_the_newer_is_taken() {
    let disk = OnDisk::expired();
    disk.refresh_without_saving();
    disk.rescued_by_another_run("RT-1", "RT-OLDER");
    disk.assert_goes_on_with("RT-2");
}

#[test]
#[cfg(unix)]
fn only_its_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let disk = OnDisk::expired();
    disk.refresh_without_saving();
    assert_eq!(fs::metadata(disk.rescued().unwrap()).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn an_account_that_was_signed_out_stays_signed_out() {
    let disk = OnDisk::expired();
    disk.refresh_without_saving();
    disk.mend();
    disk.life.change(|_| "{}".to_owned());
    assert!(matches!(disk.life.token(), Err(AcquireError::InteractionRequired(_))));
    disk.life.sign_in(tokens(5));
    disk.life.clock.step(Duration::from_secs(3600));
    disk.life.server.expects([refresh_with("RT-5").and_answer(200, &tokens(6))]);
    disk.life.token().unwrap();
    assert_eq!(disk.rescued(), None);
}

#[test]
fn a_newer_refresh_token_is_not_replaced() {
    let disk = OnDisk::expired();
    disk.refresh_without_saving();
    disk.mend();
    disk.life.change(|text| text.replace("RT-1", "RT-NEWER"));
    disk.life.server.expects([refresh_with("RT-NEWER").and_answer(200, &tokens(4))]);
    assert_eq!(served(disk.life.token()), ("AT-4".into(), Source::Refresh));
    assert_eq!(disk.rescued(), None);
}

#[test]
fn what_makes_no_sense_is_forgotten() {
    let disk = OnDisk::expired();
    disk.refresh_without_saving();
    disk.mend();
    let file = File::options().write(true).open(disk.rescued().unwrap()).unwrap();
    file.set_len(10).unwrap();
    disk.life.server.expects([refresh_with("RT-1").and_answer(200, &tokens(4))]);
    disk.life.token().unwrap();
    assert_eq!(disk.rescued(), None);
}

#[test]
fn a_sign_out_revokes_it() {
    let disk = OnDisk::expired();
    disk.refresh_without_saving();
    disk.mend();
    disk.life.server.expects([want("/revoke", [("token", "RT-2")]).and_answer(200, &json!({}))]);
    disk.life.client().sign_out(&SignOutRequest { account: None, revoke: true }).block_on().unwrap().unwrap();
    disk.life.server.assert_finished();
    assert_eq!(disk.rescued(), None);
}

#[test]
fn a_sign_out_of_everybody_forgets_it() {
    let disk = OnDisk::expired();
    disk.refresh_without_saving();
    disk.mend();
    tokcache_core::acquire::forget_everything(disk.life.store.as_ref(), &Partition::whole()).block_on().unwrap();
    assert_eq!(disk.rescued(), None);
}

#[test]
fn a_refresh_that_is_saved_leaves_nothing_behind() {
    let disk = OnDisk::expired();
    disk.life.server.expects([refresh_with("RT-1").and_answer(200, &tokens(2))]);
    disk.life.token().unwrap();
    assert_eq!(disk.rescued(), None);
}
