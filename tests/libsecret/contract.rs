//! The store contract on keyring items.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokcache_core::secret::Passphrase;
use tokcache_core::time::SystemClock;
use tokcache_file::{EncryptedLocalStore, Encryption, KeyError, KeySettings, PassphraseFor, Passphrases, Settings};
use tokcache_testing::contract::{self, Kind};

use crate::bus::{Bus, Daemon, Prompter};

/// The bus is found by a variable of the environment, so the tests of the contract run in a process of their own.
#[test]
fn a_keyring_item_keeps_the_contract() {
    let bus = Bus::new(Daemon::GnomeKeyring, Prompter::Dismisses);
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "contract::on_the_bus", "--ignored"]).env("DBUS_SESSION_BUS_ADDRESS", &bus.address);
    let output = child.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

#[test]
#[ignore = "a_keyring_item_keeps_the_contract runs it on a bus"]
fn on_the_bus() {
    let folder = tempfile::tempdir().unwrap();
    let made = AtomicUsize::new(0);
    let kind = Kind { has_partitions: false, has_fences: false, has_notes: true };
    contract::check(kind, || -> EncryptedLocalStore {
        let number = made.fetch_add(1, Ordering::Relaxed);
        let signal = folder.path().join(format!("signal{number}"));
        let url = format!("libsecret:schema{number}?signal={}&label=test", signal.display());
        let settings = Settings {
            default_file: signal.clone(),
            identity_service_folder: folder.path().to_owned(),
            lock_timeout: Duration::from_secs(60),
            recovery_folders: Box::new(Vec::new),
            waiting: Arc::new(|_, _| {}),
            unsynced: Arc::new(|_, _| {}),
            clock: Arc::new(SystemClock::new()),
            encryption: Encryption::AsItIs,
            keys: keys(),
        };
        tokcache_file::open(&url, settings).unwrap()
    });
}

/// The keyring encrypts its items; the store needs no key.
fn keys() -> KeySettings {
    KeySettings {
        credential: Box::new(|| None),
        has_screen: Box::new(|| false),
        keep_in_kernel: false,
        key_file_made: Box::new(|_| {}),
        keyring_patience: Duration::from_secs(10),
        passphrases: Box::new(NoPassphrase),
        swappable: Box::new(|| {}),
        unsynced: Box::new(|_, _| {}),
    }
}

struct NoPassphrase;

impl Passphrases for NoPassphrase {
    fn passphrase(&self, _purpose: PassphraseFor) -> Result<Passphrase, KeyError> {
        Err(KeyError::Passphrase { why: "there is none".to_owned() })
    }
}
