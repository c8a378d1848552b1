//! The cache's vectors: small files, each named for what it expects.
//!
//! To add one, drop a JSON file into a folder of `tests/vectors/`; nothing else has to be changed. Its members (all but
//! `about` and the document are optional):
//!
//! - `about`: why it exists, in a sentence;
//! - `document`: the cache, kept to the letter, white space too; or `document_text`: the same as a string, for what
//!   is not JSON; or `document_file`: a file beside this one's folder, such as `samples/python_user.json`;
//! - `now`: the time, 1700000100 if left out;
//! - `refused`: the document is not a cache, and this is the message;
//! - `unreadable`: the entries that cannot be read, as `Section/key: reason`; none if left out;
//! - `find_access_token`: a query, and `expect`: the secret and whether it is `aging`, or `null`;
//!   `reasons`: why the others are not used, by key;
//! - `find_refresh_tokens`: a query, and `expect`: the secrets in the order to try;
//! - `accounts`: as `home_account_id username realm realm`;
//! - `record`: a grant; `remove_account`: a removal; both with `after`, what each section then holds (see `summary`),
//!   or `after_file`, the exact text, or `after_document`, the same JSON.
//!
//! In a query or a grant, what is left out is the usual user's: see `Subject`. Every document, whatever its
//! vector is about, also goes through every path of `every_path`, with decoys that have to survive. What is exempt
//! stands in `DEVIATIONS`, with the reason. The samples are what the real libraries wrote; their secrets are made up.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test helper outside of a test function")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use tokcache::cache::{
    AccessTokenQuery, AccountRemoval, Grant, MinValid, Owner, RefreshTokenQuery, RemovalScope, Section, SignIn,
    Snapshot, TokenCache, Verdict, ext_cache_key,
};
use tokcache::secret::{AccessToken, RawIdToken, RefreshToken};
use tokcache::terms::{AuthorityType, ClientId, Environment, FamilyId, HomeAccountId, Realm, ScopeSet};
use tokcache::time::Timestamp;

/// Documents that [`Snapshot`] reads and [`TokenCache`] refuses, each with the reason.
const DEVIATIONS: &[(&str, &str)] = &[
    ("nan_is_never_rewritten", "a snapshot parses only what may be the answer, and the NaN is elsewhere"),
    ("a_section_that_is_a_list_is_never_rewritten", "a snapshot takes such a section for empty"),
    ("text_that_is_not_json_within_an_entry", "a snapshot checks strings and brackets; the entry is never served"),
];

#[test]
fn every_vector_does_what_its_name_says() {
    let files = files("");
    assert!(files.len() > 100, "the vectors have gone missing");
    let failed = files.iter().filter(|file| std::panic::catch_unwind(|| run(file)).is_err());
    assert_eq!(failed.collect::<Vec<_>>(), Vec::<&PathBuf>::new());
}

fn run(file: &Path) {
    let name = file.file_stem().unwrap().to_str().unwrap();
    match file.strip_prefix(folder()).unwrap().iter().next().unwrap().to_str().unwrap() {
        "samples" => every_path(&fs::read_to_string(file).unwrap(), &Subject::default()),
        "ext_cache_key" => digest_vector(file),
        _ => vector(name, &read(file)),
    }
}

fn vector(name: &str, vector: &Vector) {
    let text = vector.text();
    if let Some(message) = &vector.refused {
        assert_eq!(TokenCache::deserialize(text.as_bytes()).unwrap_err().to_string(), *message);
        let deviates = DEVIATIONS.iter().any(|(known, _)| *known == name);
        assert_eq!(Snapshot::scan(text.as_bytes()).is_ok(), deviates, "DEVIATIONS is right about {name}");
        return;
    }
    let query = vector.find_access_token.as_ref().map_or_else(Subject::default, |find| find.query.clone());
    every_path(&text, &query);
    for text in [text.clone(), with_decoys(&text)] {
        let mut cache = TokenCache::deserialize(text.as_bytes()).unwrap();
        expect_findings(vector, &cache);
        let before = entries(&text);
        if let Some(record) = &vector.record {
            cache.record(&record.grant.grant(), vector.now());
            record.outcome.check(&cache, &before);
        }
        if let Some(removal) = &vector.remove_account {
            let removed = cache.remove_account(&removal.subject.removal(removal.everything));
            let secrets: Vec<_> = removed.iter().map(|entry| entry.secret.expose()).collect();
            assert_eq!(secrets, removal.removed);
            removal.outcome.check(&cache, &before);
        }
        decoys_survive(&text, &cache.serialize());
    }
}

fn expect_findings(vector: &Vector, cache: &TokenCache) {
    let unreadable: Vec<_> =
        cache.unreadable().iter().map(|entry| format!("{}/{}: {}", entry.section, entry.key, entry.reason)).collect();
    assert_eq!(unreadable, vector.unreadable);
    if let Some(find) = &vector.find_access_token {
        let mut verdicts = BTreeMap::new();
        let found = cache.find_access_token(&find.query.access_token_query(), vector.now(), &mut |entry, verdict| {
            verdicts.insert(entry.key.clone(), verdict);
        });
        let found = found.map(|entry| Found {
            secret: entry.secret.expose().to_owned(),
            aging: verdicts[&entry.key] == Verdict::Usable { aging: true },
        });
        assert_eq!(found, find.expect);
        for (key, reason) in &find.reasons {
            let Some(Verdict::Unusable(found)) = verdicts.get(key) else { panic!("{key}: {:?}", verdicts.get(key)) };
            assert_eq!(found.to_string(), *reason, "{key}");
        }
    }
    if let Some(find) = &vector.find_refresh_tokens {
        let found = cache.find_refresh_tokens(&find.query.refresh_token_query());
        let secrets: Vec<_> = found.iter().map(|entry| entry.secret.expose()).collect();
        assert_eq!(secrets, find.expect);
    }
    if let Some(expected) = &vector.accounts {
        let strangers = stranger().home_account_id.unwrap();
        let accounts = cache.accounts(None).into_iter().filter(|account| account.home_account_id.as_str() != strangers);
        let accounts: Vec<_> = accounts
            .map(|account| {
                let realms: Vec<_> = account.realms.iter().map(Realm::as_str).collect();
                format!("{} {} {}", account.home_account_id, account.username, realms.join(" "))
            })
            .collect();
        assert_eq!(accounts, *expected);
    }
}

/// Reads, lists, searches, writes back, records and removes a stranger, removes the user, clears.
fn every_path(text: &str, subject: &Subject) {
    let now = Timestamp(1_700_000_100);
    let untouched = TokenCache::deserialize(text.as_bytes()).unwrap();
    if !text.trim().is_empty() {
        assert_eq!(*untouched.serialize(), text, "written back to the letter");
    }
    assert!(!untouched.has_state_changed());

    let query = subject.access_token_query();
    let found = untouched.find_access_token(&query, now, &mut |_, _| {});
    if let Ok(snapshot) = Snapshot::scan(text.as_bytes()) {
        assert_eq!(snapshot.find_access_token(&query, now), found, "the quick way is the same way");
    }
    for entry in untouched.refresh_tokens() {
        assert!(untouched.holds_refresh_token(&entry.secret));
    }

    let before = entries(text);
    let decoyed = with_decoys(text);
    for (place, entry) in &before {
        assert_eq!(entries(&decoyed).get(place), Some(entry), "{place:?} survives a stranger's sign-in");
    }
    let mut cache = TokenCache::deserialize(decoyed.as_bytes()).unwrap();
    assert_eq!(cache.remove_account(&stranger().removal(true)).len(), 1);
    let mut after = entries(&cache.serialize());
    after.retain(|place, _| before.contains_key(place));
    assert_eq!(after, before, "nothing but the stranger's is removed");

    let mut cache = TokenCache::deserialize(decoyed.as_bytes()).unwrap();
    cache.remove_account(&subject.removal(true));
    decoys_survive(&decoyed, &cache.serialize());
    if let Some(home_account_id) = &subject.home_account_id {
        let environment = Environment::new(&subject.environment);
        let is_users = |entry: &Value| {
            entry["home_account_id"].as_str().is_some_and(|id| id == home_account_id)
                && entry["environment"].as_str().is_some_and(|own| environment.is_alias_of(own))
        };
        let left = entries(&cache.serialize())
            .into_iter()
            .find(|(_, entry)| serde_json::from_str(entry).is_ok_and(|entry| is_users(&entry)));
        assert_eq!(left, None, "nothing of the user is left");
    }

    cache.clear();
    let left = entries(&cache.serialize());
    assert!(left.keys().all(|(section, _)| !is_section(section)), "the sections are empty");
    assert!(left.contains_key(&("a-decoy".to_owned(), String::new())), "unknown members stay");
}

/// The text with unknown data and with a stranger's sign-in.
fn with_decoys(text: &str) -> String {
    let text = if text.trim().is_empty() { "{}" } else { text };
    let end = text.rfind('}').unwrap();
    let head = text[..end].trim_end();
    let comma = if head.ends_with('{') { "" } else { "," };
    let unknown = r#""a-decoy": [1e3, 1.0, 123456789012345678901234567890, "\u00e9\/"]"#;
    let text = format!("{head}{comma}{unknown}{}", &text[head.len()..]);
    let mut cache = TokenCache::deserialize(text.as_bytes()).unwrap();
    cache.record(&stranger().grant(), Timestamp(1_700_000_100));
    assert!(cache.has_state_changed());
    cache.serialize().to_string()
}

fn decoys_survive(before: &str, after: &str) {
    let after = entries(after);
    for (place, entry) in entries(before) {
        if entry.contains("stranger") || place.0 == "a-decoy" {
            assert_eq!(after.get(&place), Some(&entry), "{place:?}");
        }
    }
}

fn stranger() -> Subject {
    Subject {
        client_id: "a-strangers-client".to_owned(),
        environment: "strangers.example.com".to_owned(),
        home_account_id: Some("stranger".to_owned()),
        username: Some("stranger".to_owned()),
        refresh_token: Some("strangers-refresh-token".to_owned()),
        id_token: Some("strangers-id-token".to_owned()),
        sign_in: true,
        ..Subject::default()
    }
}

/// Every entry's raw text by section and key; of unknown members the whole.
fn entries(text: &str) -> BTreeMap<(String, String), String> {
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

fn is_section(name: &str) -> bool {
    Section::ALL.iter().any(|section| section.name() == name)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    #[serde(rename = "about")]
    _about: String,
    document: Option<Box<RawValue>>,
    document_text: Option<String>,
    document_file: Option<String>,
    now: Option<i64>,
    refused: Option<String>,
    #[serde(default)]
    unreadable: Vec<String>,
    find_access_token: Option<FindAccessToken>,
    find_refresh_tokens: Option<FindRefreshTokens>,
    accounts: Option<Vec<String>>,
    record: Option<Record>,
    remove_account: Option<RemoveAccount>,
}

impl Vector {
    fn text(&self) -> String {
        match (&self.document, &self.document_text, &self.document_file) {
            (Some(document), None, None) => document.get().to_owned(),
            (None, Some(text), None) => text.clone(),
            (None, None, Some(file)) => fs::read_to_string(folder().join(file)).unwrap(),
            _ => panic!("a vector has one document"),
        }
    }

    fn now(&self) -> Timestamp {
        Timestamp(self.now.unwrap_or(1_700_000_100))
    }
}

#[derive(Deserialize)]
struct FindAccessToken {
    #[serde(default)]
    query: Subject,
    expect: Option<Found>,
    #[serde(default)]
    reasons: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Found {
    secret: String,
    #[serde(default)]
    aging: bool,
}

#[derive(Deserialize)]
struct FindRefreshTokens {
    #[serde(default)]
    query: Subject,
    expect: Vec<String>,
}

#[derive(Deserialize)]
struct Record {
    grant: Subject,
    #[serde(flatten)]
    outcome: Outcome,
}

#[derive(Deserialize)]
struct RemoveAccount {
    #[serde(default)]
    subject: Subject,
    #[serde(default)]
    everything: bool,
    removed: Vec<String>,
    #[serde(flatten)]
    outcome: Outcome,
}

#[derive(Deserialize)]
struct Outcome {
    after: Option<BTreeMap<String, Vec<String>>>,
    after_file: Option<String>,
    after_document: Option<Value>,
}

impl Outcome {
    fn check(&self, cache: &TokenCache, before: &BTreeMap<(String, String), String>) {
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

/// What each section holds: secrets; of accounts `home_account_id environment`, of metadata `client_id family_id`.
fn summary(text: &str) -> BTreeMap<String, Vec<String>> {
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

/// Who asks and for what; the defaults are the usual user.
#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Subject {
    client_id: String,
    environment: String,
    realms: Vec<String>,
    /// `null`: the application itself.
    home_account_id: Option<String>,
    scopes: String,
    key_id: Option<String>,
    ext_cache_key: Option<String>,
    /// In seconds.
    min_valid: Option<u64>,
    access_token: String,
    token_type: String,
    expires_in: u64,
    ext_expires_in: Option<u64>,
    refresh_in: Option<u64>,
    refresh_token: Option<String>,
    family_id: Option<String>,
    id_token: Option<String>,
    spent: Option<String>,
    sign_in: bool,
    local_account_id: Option<String>,
    username: Option<String>,
    authority_type: Option<String>,
    account_source: Option<String>,
}

impl Default for Subject {
    fn default() -> Self {
        Subject {
            client_id: "client".to_owned(),
            environment: "login.microsoftonline.com".to_owned(),
            realms: vec!["contoso".to_owned()],
            home_account_id: Some("uid.utid".to_owned()),
            scopes: "User.Read".to_owned(),
            key_id: None,
            ext_cache_key: None,
            min_valid: None,
            access_token: "NEW-AT".to_owned(),
            token_type: "Bearer".to_owned(),
            expires_in: 3600,
            ext_expires_in: None,
            refresh_in: None,
            refresh_token: None,
            family_id: None,
            id_token: None,
            spent: None,
            sign_in: false,
            local_account_id: None,
            username: None,
            authority_type: None,
            account_source: None,
        }
    }
}

impl Subject {
    fn owner(&self) -> Owner {
        self.home_account_id.as_ref().map_or(Owner::Application, |id| Owner::User(HomeAccountId::new(id)))
    }

    fn access_token_query(&self) -> AccessTokenQuery {
        AccessTokenQuery {
            client_id: ClientId::new(&self.client_id),
            environment: Environment::new(&self.environment),
            realms: self.realms.iter().map(Realm::new).collect(),
            owner: self.owner(),
            scopes: ScopeSet::parse(&self.scopes),
            key_id: self.key_id.clone(),
            ext_cache_key: self.ext_cache_key.clone(),
            min_valid: self.min_valid.map_or(MinValid::Default, |left| MinValid::AtLeast(Duration::from_secs(left))),
        }
    }

    fn refresh_token_query(&self) -> RefreshTokenQuery {
        RefreshTokenQuery {
            client_id: ClientId::new(&self.client_id),
            environment: Environment::new(&self.environment),
            home_account_id: HomeAccountId::new(self.home_account_id.as_deref().unwrap()),
        }
    }

    fn removal(&self, everything: bool) -> AccountRemoval {
        AccountRemoval {
            home_account_id: HomeAccountId::new(self.home_account_id.as_deref().unwrap_or("nobody")),
            environment: Environment::new(&self.environment),
            scope: if everything {
                RemovalScope::Everything
            } else {
                RemovalScope::ClientAndFamily(ClientId::new(&self.client_id))
            },
        }
    }

    fn grant(&self) -> Grant {
        Grant {
            client_id: ClientId::new(&self.client_id),
            environment: Environment::new(&self.environment),
            realm: Realm::new(&self.realms[0]),
            owner: self.owner(),
            sign_in: self.sign_in.then(|| SignIn {
                local_account_id: self.local_account_id.clone(),
                username: self.username.clone().unwrap_or_default(),
                authority_type: match self.authority_type.as_deref() {
                    Some("ADFS") => AuthorityType::Adfs,
                    _ => AuthorityType::Mssts,
                },
                account_source: self.account_source.clone(),
            }),
            access_token: AccessToken::new(&self.access_token),
            token_type: self.token_type.clone(),
            scopes: ScopeSet::parse(&self.scopes),
            expires_in: self.expires_in,
            ext_expires_in: self.ext_expires_in,
            refresh_in: self.refresh_in,
            refresh_token: self.refresh_token.as_ref().map(RefreshToken::new),
            family_id: self.family_id.as_ref().map(FamilyId::new),
            id_token: self.id_token.as_ref().map(RawIdToken::new),
            spent: self.spent.as_ref().map(RefreshToken::new),
            key_id: self.key_id.clone(),
            ext_cache_key: self.ext_cache_key.clone(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DigestVector {
    #[serde(rename = "about")]
    _about: String,
    parameters: Vec<(String, String)>,
    expect: Option<String>,
}

fn digest_vector(file: &Path) {
    let vector: DigestVector = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    let parameters: Vec<_> = vector.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(ext_cache_key(&parameters), vector.expect);
    let reversed: Vec<_> = parameters.into_iter().rev().collect();
    assert_eq!(ext_cache_key(&reversed), vector.expect, "whatever their order");
}

fn read(file: &Path) -> Vector {
    serde_json::from_slice(&fs::read(file).unwrap()).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors")
}

/// All files below a folder of the vectors, in a fixed order.
fn files(below: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder().join(below)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}
