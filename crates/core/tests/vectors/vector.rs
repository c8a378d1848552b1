//! A vector as in its file; `main.rs` explains the members.

use std::collections::BTreeMap;
use std::fs;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use tokcache_core::cache::TokenCache;
use tokcache_core::time::Timestamp;

use crate::folder;
use crate::subject::Subject;
use crate::text::summary;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Vector {
    #[serde(rename = "about")]
    _about: String,
    pub(crate) document: Option<Box<RawValue>>,
    pub(crate) document_text: Option<String>,
    pub(crate) document_file: Option<String>,
    pub(crate) now: Option<i64>,
    pub(crate) refused: Option<String>,
    #[serde(default)]
    pub(crate) unreadable: Vec<String>,
    pub(crate) find_access_token: Option<FindAccessToken>,
    pub(crate) find_refresh_tokens: Option<FindRefreshTokens>,
    pub(crate) accounts: Option<Vec<String>>,
    pub(crate) record: Option<Record>,
    pub(crate) remove_account: Option<RemoveAccount>,
}

impl Vector {
    pub(crate) fn text(&self) -> String {
        match (&self.document, &self.document_text, &self.document_file) {
            (Some(document), None, None) => document.get().to_owned(),
            (None, Some(text), None) => text.clone(),
            (None, None, Some(file)) => fs::read_to_string(folder().join(file)).unwrap(),
            _ => panic!("a vector has one document"),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp(self.now.unwrap_or(1_700_000_100))
    }
}

#[derive(Deserialize)]
pub(crate) struct FindAccessToken {
    #[serde(default)]
    pub(crate) query: Subject,
    pub(crate) expect: Option<Found>,
    #[serde(default)]
    pub(crate) reasons: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize, PartialEq)]
pub(crate) struct Found {
    pub(crate) secret: String,
    #[serde(default)]
    pub(crate) aging: bool,
}

#[derive(Deserialize)]
pub(crate) struct FindRefreshTokens {
    #[serde(default)]
    pub(crate) query: Subject,
    pub(crate) expect: Vec<String>,
}

#[derive(Deserialize)]
pub(crate) struct Record {
    pub(crate) grant: Subject,
    #[serde(flatten)]
    pub(crate) outcome: Outcome,
}

#[derive(Deserialize)]
pub(crate) struct RemoveAccount {
    #[serde(default)]
    pub(crate) subject: Subject,
    #[serde(default)]
    pub(crate) everything: bool,
    pub(crate) removed: Vec<String>,
    #[serde(flatten)]
    pub(crate) outcome: Outcome,
}

#[derive(Deserialize)]
pub(crate) struct Outcome {
    pub(crate) after: Option<BTreeMap<String, Vec<String>>>,
    pub(crate) after_file: Option<String>,
    pub(crate) after_document: Option<Value>,
}

impl Outcome {
    pub(crate) fn check(&self, cache: &TokenCache, before: &BTreeMap<(String, String), String>) {
        let text = cache.serialize();
        let has_decoys = before.contains_key(&("a-decoy".to_owned(), String::new()));
        if let Some(after) = &self.after {
            let found = summary(&text);
            for (section, expected) in after {
                assert_eq!(found.get(section).unwrap_or(&Vec::new()), expected, "{section}");
            }
        }
        if has_decoys {
            return;
        }
        if let Some(file) = &self.after_file {
            assert_eq!(*text, fs::read_to_string(folder().join(file)).unwrap());
        }
        if let Some(document) = &self.after_document {
            assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), *document);
        }
    }
}
