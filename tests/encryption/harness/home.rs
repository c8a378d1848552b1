//! A home with a cache to encrypt.

use std::fs;
use std::process::Command;

use crate::support::home::Home;

/// The secrets in the initial cache.
pub(crate) const ACCESS_TOKEN: &str = "AT-bob";
pub(crate) const REFRESH_TOKEN: &str = "RT-bob-canary-5f0c9c7d";

impl Home {
    /// Creates a home of a signed-in user.
    pub(crate) fn new() -> Home {
        let home = Home::signed_in();
        home.edit("state/token_cache.json", "\"RT-bob\"", &format!("{REFRESH_TOKEN:?}"));
        home
    }

    /// Creates a home of a session with this bus.
    pub(crate) fn on(bus: &super::Bus) -> Home {
        let mut home = Home::new();
        home.set("DBUS_SESSION_BUS_ADDRESS", &bus.address);
        home
    }

    /// Returns a `key-file:` URL with this name.
    pub(crate) fn key_file(&self, name: &str) -> String {
        format!("key-file:{}", self.path(name).display())
    }

    /// Returns the names of all files in this home that contain the text.
    pub(crate) fn files_with(&self, text: &str) -> Vec<String> {
        let grep = Command::new("grep").args(["-rlaF", text]).arg(self.folder()).output().unwrap();
        let paths = String::from_utf8(grep.stdout).unwrap();
        paths.lines().map(|path| path.rsplit('/').next().unwrap().to_owned()).collect()
    }

    /// Returns the first line of an encrypted cache.
    pub(crate) fn header(&self) -> String {
        let bytes = fs::read(self.cache()).unwrap();
        let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
        assert!(line.starts_with(b"tokcache-sealed 1 "), "the cache is not sealed");
        String::from_utf8(line.to_vec()).unwrap()
    }

    pub(crate) fn is_sealed(&self) -> bool {
        fs::read(self.cache()).unwrap().starts_with(b"tokcache-sealed 1 ")
    }
}
