//! Which room may know which: data flows one way.

use std::path::Path;

use crate::paths::{mentioned, tokens};
use crate::{read, rust_files};

struct Room {
    name: &'static str,
    /// The rooms that it may name, beside itself.
    may_name: &'static [&'static str],
    /// Parts of the standard library that would break its promise.
    never: &'static [&'static str],
}

/// What a room must not have that is pure: whose answers depend on its arguments alone.
const WORLD: &[&str] = &["env", "fs", "io::stderr", "io::stdin", "io::stdout", "net", "process", "thread"];

const ROOMS: &[Room] = &[
    Room { name: "secret", may_name: &[], never: WORLD },
    Room { name: "time", may_name: &[], never: &["env", "fs", "io", "net", "process"] },
    Room { name: "terms", may_name: &[], never: WORLD },
    Room { name: "cache", may_name: &["secret", "terms", "time"], never: WORLD },
    // The environment is not among these: the system's trust anchors are named there (SSL_CERT_FILE).
    Room {
        name: "oauth",
        may_name: &["secret", "terms", "time"],
        never: &["io::stderr", "io::stdin", "io::stdout", "process"],
    },
    Room {
        name: "store",
        may_name: &["platform", "secret", "time"],
        never: &["env", "io::stderr", "io::stdin", "io::stdout", "net"],
    },
    Room { name: "platform", may_name: &[], never: &["env", "io::stderr", "io::stdin", "io::stdout", "net"] },
    Room { name: "acquire", may_name: &["cache", "oauth", "secret", "store", "terms", "time"], never: WORLD },
    // Of `acquire` only the one token that was asked for.
    Room { name: "output", may_name: &["acquire", "secret", "terms", "time"], never: &["env", "fs", "net", "process"] },
    Room {
        name: "cli",
        may_name: &["acquire", "cache", "oauth", "output", "platform", "secret", "store", "terms", "time"],
        never: &["net"],
    },
    Room { name: "main", may_name: &["cli"], never: &["fs", "net"] },
    Room { name: "lib", may_name: &["acquire", "cache", "oauth", "secret", "store", "terms", "time"], never: WORLD },
];

#[test]
fn every_room_names_only_the_rooms_it_may() {
    let broken: Vec<String> = rust_files("src").iter().flat_map(|file| broken_rules(file, &source(file))).collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn a_forbidden_use_is_found() {
    let broken = |file: &str, source: &str| broken_rules(Path::new(file), source).len();
    assert_eq!(broken("cache/mod.rs", "use crate::terms::ScopeSet;"), 0);
    assert_eq!(broken("cache/mod.rs", "use crate::oauth::TokenResponse;"), 1);
    assert_eq!(broken("cache/mod.rs", "use std::fs;"), 1);
    assert_eq!(broken("store/mod.rs", "use std::io; fn f() { io::stderr(); }"), 1);
    assert_eq!(broken("oauth/token.rs", "fn f(cache: &super::super::cache::TokenCache) {}"), 1);
    assert_eq!(broken("acquire/mod.rs", "use crate::store::{CacheStore, FileStore};"), 1);
    assert_eq!(broken("acquire/mod.rs", "use crate::store::file::Lock;"), 1);
    assert_eq!(broken("store/memory.rs", "use super::file::Lock;"), 1);
    assert_eq!(broken("store/sealed/mod.rs", "use crate::store::file::Lock;"), 1);
    assert_eq!(broken("store/sealed/mod.rs", "use super::keys::Key;"), 0);
    assert_eq!(broken("store/file/save.rs", "use super::lock::Lock; use crate::store::StoreError;"), 0);
    assert_eq!(broken("output/token.rs", "use tokcache::acquire::{AuthenticationResult, Source};"), 0);
    assert_eq!(broken("output/list.rs", "use tokcache::acquire::Acquirer;"), 1);
    assert_eq!(broken("output/error.rs", "use crate::cli::Failure;"), 1);
    assert_eq!(broken("cli/token.rs", "use tokcache::store::FileStore; use crate::output::Style;"), 0);
}

#[test]
fn the_terminal_is_no_concern_of_the_library() {
    let library = tokens(&read("src/lib.rs"));
    for name in ["cli", "output"] {
        assert!(!library.contains(&name.to_owned()), "{name} belongs to the binary");
    }
}

/// A secret has a type of its own (`src/secret.rs`), which does not print; a `String` does.
#[test]
fn no_field_keeps_a_secret_in_a_plain_string() {
    const SECRETS: [&str; 7] =
        ["access_token", "client_secret", "device_code", "id_token", "passphrase", "refresh_token", "secret"];
    for file in rust_files("src") {
        let tokens = tokens(&source(&file));
        for window in tokens.windows(5) {
            let [name, colon, kind, _, inner] = window else { unreachable!("windows of five") };
            let plain = kind == "String" || (kind == "Option" && inner == "String");
            let bare = SECRETS.contains(&name.as_str()) && colon == ":" && plain;
            assert!(!bare, "{}: {name} is a plain String", file.display());
        }
    }
}

fn source(file: &Path) -> String {
    read(Path::new("src").join(file))
}

fn broken_rules(file: &Path, source: &str) -> Vec<String> {
    let module = module(file);
    if module.contains(&"tests") {
        return Vec::new();
    }
    let rule = ROOMS.iter().find(|room| room.name == module[0]);
    let Some(room) = rule else { return vec![format!("{}: a room without a rule", file.display())] };
    let mentions = mentioned(source, &module);
    let broken = mentions.iter().filter(|path| !allowed(room, &module, path));
    broken.map(|path| format!("{}: {} must not name {}", file.display(), room.name, path.join("::"))).collect()
}

fn allowed(room: &Room, module: &[&str], path: &[String]) -> bool {
    let names: Vec<&str> = path.iter().map(String::as_str).skip_while(|name| *name == "tokcache").collect();
    match names[..] {
        ["std", ref rest @ ..] => !forbids(room, rest),
        ["io", _, ..] => !forbids(room, &names),
        ["acquire", part, ..] if room.name == "output" => matches!(part, "AuthenticationResult" | "Source"),
        ["store", part, ..] if room.name == "acquire" => !is_one_of_the_stores(part),
        ["store", part, ..] if room.name == "store" => {
            !is_one_of_the_stores(part)
                || matches!(module, ["store"] | ["store", "open"])
                || module.get(1) == Some(&part)
        }
        [other, ..] => {
            let is_room = ROOMS.iter().any(|room| room.name == other);
            !is_room || other == room.name || room.may_name.contains(&other)
        }
        [] => true,
    }
}

fn forbids(room: &Room, path: &[&str]) -> bool {
    room.never.iter().any(|never| path.join("::").starts_with(never))
}

/// `file`, `FileStore`, ...; what all stores share (`CacheStore`, `StoreError`) is none of them.
fn is_one_of_the_stores(name: &str) -> bool {
    const STORES: [&str; 4] = ["file", "libsecret", "memory", "sealed"];
    STORES.iter().any(|store| name.to_lowercase().strip_suffix("store").unwrap_or(name) == *store)
}

/// `store/file/mod.rs` is `["store", "file"]`.
fn module(file: &Path) -> Vec<&str> {
    let names = file.iter().filter_map(|part| part.to_str()).map(|part| part.trim_end_matches(".rs"));
    names.filter(|name| *name != "mod").collect()
}
