//! The cache file, inspected and changed without the programs.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;
use serde_json::ser::{PrettyFormatter, Serializer};
use serde_json::{Value, json};

use super::names;

/// The file that all programs of a test share.
pub(crate) struct CacheFile(PathBuf);

const TIMES: &[&str] = &["cached_at", "expires_on", "extended_expires_on", "last_modification_time", "refresh_on"];

/// Returns a value that no program knows. JavaScript can represent its numbers; MSAL Node would rewrite others.
fn unknown() -> Value {
    json!({ "z": 1.5, "a": [true, null, {}], "text": "naïve \u{2028}" })
}

impl CacheFile {
    pub(super) fn new(path: PathBuf) -> CacheFile {
        CacheFile(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn text(&self) -> String {
        std::fs::read_to_string(&self.0).expect("a cache file")
    }

    /// Returns the names of the other files in the folder, sorted: locks, leases, temporary files.
    pub(crate) fn beside(&self) -> Vec<String> {
        let folder = self.0.parent().expect("a folder");
        let cache = self.0.file_name();
        names(folder).into_iter().filter(|name| Some(OsStr::new(name)) != cache).collect()
    }

    pub(crate) fn document(&self) -> Value {
        serde_json::from_str(&self.text()).expect("JSON")
    }

    /// Returns the secrets of all entries.
    pub(crate) fn secrets(&self) -> Vec<String> {
        let document = self.document();
        let sections = document.as_object().expect("an object").values().filter_map(Value::as_object);
        let secrets = sections.flat_map(|section| section.values()).filter_map(|entry| entry["secret"].as_str());
        secrets.map(String::from).collect()
    }

    /// Returns the secret of the only refresh token.
    pub(crate) fn refresh_token(&self) -> String {
        let document = self.document();
        let entries = document["RefreshToken"].as_object().expect("refresh tokens");
        assert_eq!(entries.len(), 1);
        entries.values().next().expect("an entry")["secret"].as_str().expect("a secret").to_string()
    }

    /// Ages the file by two hours, so that every access token has expired.
    pub(crate) fn expire_access_tokens(&self) {
        self.age(Duration::from_secs(2 * 3600));
    }

    /// Restores an earlier text.
    pub(crate) fn put_back(&self, earlier: &str) {
        self.write(&serde_json::from_str(earlier).expect("JSON"));
    }

    /// Ages all times in the file. Their order stays the same.
    pub(crate) fn age(&self, time: Duration) {
        let mut document = self.document();
        let sections = document.as_object_mut().expect("an object").values_mut();
        let entries = sections.filter_map(Value::as_object_mut).flat_map(|section| section.values_mut());
        for (name, value) in entries.filter_map(Value::as_object_mut).flatten() {
            if TIMES.contains(&name.as_str()) {
                let seconds: u64 = value.as_str().and_then(|text| text.parse().ok()).expect("seconds");
                *value = json!((seconds - time.as_secs()).to_string());
            }
        }
        self.write(&document);
    }

    /// Adds a section that no program knows, and another provider's account with an unknown field.
    pub(crate) fn plant_unknown_data(&self) {
        let mut document = self.document();
        document["FutureSection"] = json!({ "entry": unknown() });
        document["RefreshToken"]["other-idp.example.com-refreshtoken-c--"] = json!({
            "credential_type": "RefreshToken", "secret": "other-secret", "home_account_id": "other",
            "environment": "idp.example.com", "client_id": "c", "target": "s", "future_field": unknown(),
        });
        self.write(&document);
    }

    #[track_caller]
    pub(crate) fn assert_unknown_data_is_there(&self) {
        let document = self.document();
        assert_eq!(document["FutureSection"]["entry"].to_string(), unknown().to_string());
        let other = &document["RefreshToken"]["other-idp.example.com-refreshtoken-c--"];
        assert_eq!(other["secret"], "other-secret");
        assert_eq!(other["future_field"].to_string(), unknown().to_string());
    }

    #[allow(clippy::disallowed_methods, reason = "no other program is at work, and the test wants the bare file")]
    fn write(&self, document: &Value) {
        let mut text = Vec::new();
        // In the style of MSAL Python and tokcache. A refresh takes longer beside programs with another style.
        let formatter = PrettyFormatter::with_indent(b"    ");
        document.serialize(&mut Serializer::with_formatter(&mut text, formatter)).expect("JSON");
        std::fs::write(&self.0, text).expect("a cache file");
    }
}
