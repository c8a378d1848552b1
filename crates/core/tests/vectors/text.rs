//! Parses a cache document in a simple way.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::value::RawValue;
use tokcache_core::cache::Section;

/// Returns every entry's raw text by section and key, and unknown members as a whole.
pub(crate) fn entries(text: &str) -> BTreeMap<(String, String), String> {
    type Object = BTreeMap<String, Box<RawValue>>;
    let mut entries = BTreeMap::new();
    let text = if text.trim().is_empty() { "{}" } else { text.trim_start_matches('\u{feff}') };
    for (member, value) in serde_json::from_str::<Object>(text).unwrap() {
        let object = serde_json::from_str::<Object>(value.get());
        match object {
            Ok(object) if is_section(&member) => {
                let section = object.into_iter().map(|(key, entry)| ((member.clone(), key), entry.get().to_owned()));
                entries.extend(section);
            }
            _ if value.get() == "null" => {}
            _ => drop(entries.insert((member, String::new()), value.get().to_owned())),
        }
    }
    entries
}

pub(crate) fn is_section(name: &str) -> bool {
    Section::ALL.iter().any(|section| section.name() == name)
}

/// Returns the contents of each section: secrets; for accounts `home_account_id environment`, for metadata `client_id
/// family_id`.
pub(crate) fn summary(text: &str) -> BTreeMap<String, Vec<String>> {
    let document: Value = serde_json::from_str(text).unwrap();
    let mut summary: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for section in Section::ALL {
        let entries = document[section.name()].as_object().into_iter().flatten();
        let lines = entries.filter(|(_, entry)| !entry.to_string().contains("stranger")).map(|(_, entry)| {
            let field = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
            match section {
                Section::Account => format!("{} {}", field("home_account_id"), field("environment")),
                Section::AppMetadata => format!("{} {}", field("client_id"), field("family_id")).trim().to_owned(),
                _ => field("secret"),
            }
        });
        summary.insert(section.name().to_owned(), lines.collect());
    }
    summary
}
