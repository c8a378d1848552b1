//! Measures a token in an encrypted cache, for each source of the key.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::bus::{Bus, Daemon, Prompter};
use crate::cache::{Cache, put};
use crate::contender::{Contender, found};

/// The intervals in rounds for contenders that ask the keyring, and for those that derive the key from a passphrase,
/// which is slow on purpose.
const SLOW: usize = 4;
const SLOWEST: usize = 20;

/// Starts a keyring for the benchmark, if the machine has the programs.
pub(crate) fn keyring() -> Option<Bus> {
    let is_here = |program: &str| Command::new(program).arg("--version").output().is_ok();
    let all = ["dbus-daemon", "dbus-send", "gnome-keyring-daemon", "secret-tool"];
    all.into_iter().all(is_here).then(|| Bus::new(Daemon::GnomeKeyring, Prompter::Dismisses))
}

/// Returns `tokcache` with each kind of key. A copy stays in the kernel's session keyring, so `benches/run` opens a
/// session that ends with it.
pub(crate) fn contenders(cache: &Cache, name: &str, tokcache: &Path, keyring: Option<&Bus>) -> Vec<Contender> {
    let folder = cache.path.parent().unwrap();
    let contender = |kind: &str, source: &str, settings: &[(&'static str, &str)]| {
        let sealed = cache.encrypted(tokcache, &format!("{name}.{kind}").replace([' ', ','], ""), source, settings);
        Contender::new(format!("{name}: {kind}"), sealed.ask(tokcache), format!("{}\n", cache.token))
    };
    let key_file = format!("key-file:{}", folder.join(format!("{name}.key")).display());
    let words = folder.join(format!("{name}.words"));
    put(&words, "correct horse battery staple\n");
    let words = [("TOKCACHE_PASSPHRASE_FILE", words.to_str().unwrap())];

    let mut contenders = vec![contender("key file", &key_file, &[])];
    if let Some(keyring) = keyring {
        let bus = ("DBUS_SESSION_BUS_ADDRESS", keyring.address.as_str());
        contenders.push(contender("kernel's copy", "keyring", &[bus, ("TOKCACHE_KEY_CACHE", "kernel")]));
        contenders.push(contender("keyring", "keyring", &[bus]).every(SLOW));
    }
    contenders.push(contender("passphrase", "passphrase", &words).every(SLOWEST));
    contenders
}

/// Returns `secret-tool lookup` of a single token, the most that it can store.
pub(crate) fn secret_tool(cache: &Cache, keyring: &Bus) -> Contender {
    let attribute = ["service", "bench"];
    let mut store = keyring.command("secret-tool");
    let mut store = store.args(["store", "--label=bench"]).args(attribute).stdin(Stdio::piped()).spawn().unwrap();
    store.stdin.take().unwrap().write_all(cache.token.as_bytes()).unwrap();
    assert!(store.wait().unwrap().success());
    let mut lookup = keyring.command(found("secret-tool").to_str().unwrap());
    lookup.arg("lookup").args(attribute);
    Contender::new("secret-tool lookup", lookup, cache.token.as_bytes()).every(SLOW)
}
