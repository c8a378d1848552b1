//! The licences of all dependencies are allowed by `deny.toml`. Works without a network.

use std::process::Command;

use serde_json::Value;

use crate::{read, root};

#[test]
fn every_dependency_has_a_licence_that_deny_toml_allows() {
    let policy: toml::Table = read("deny.toml").parse().unwrap();
    let allowed = strings(&policy["licenses"]["allow"]);
    let exceptions = policy["licenses"]["exceptions"].as_array().unwrap();
    for package in packages() {
        let name = package["name"].as_str().unwrap();
        let own = exceptions.iter().filter(|exception| exception["crate"].as_str() == Some(name));
        let own = own.flat_map(|exception| strings(&exception["allow"]));
        let allowed: Vec<&str> = allowed.iter().copied().chain(own).collect();
        let licence = package["license"].as_str().unwrap_or_else(|| panic!("{name} names no licence"));
        assert!(satisfied(licence, &allowed), "{name}: {licence}");
    }
}

#[test]
fn an_expression_needs_one_of_its_alternatives_whole() {
    let allowed = ["MIT", "ISC"];
    for licence in ["MIT", "GPL-3.0 OR MIT", "MIT/Apache-2.0", "(GPL-3.0 OR ISC) AND MIT", "MIT AND ISC OR GPL-3.0"] {
        assert!(satisfied(licence, &allowed), "{licence}");
    }
    for licence in ["GPL-3.0", "MIT AND GPL-3.0", "(MIT OR ISC) AND GPL-3.0", "MIT WITH some-exception"] {
        assert!(!satisfied(licence, &allowed), "{licence}");
    }
}

/// Returns the packages that this machine compiles. Dependencies of other systems may not have been downloaded here.
fn packages() -> Vec<Value> {
    let version = Command::new("rustc").arg("-vV").output().unwrap();
    let version = String::from_utf8(version.stdout).unwrap();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let arguments = ["metadata", "--format-version", "1", "--offline", "--locked", "--filter-platform", host];
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

fn strings(list: &toml::Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|item| item.as_str().unwrap()).collect()
}

/// Whether an SPDX expression can be met with the allowed licences. `/` is an older spelling of `OR`.
fn satisfied(expression: &str, allowed: &[&str]) -> bool {
    let expression = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = expression.split_whitespace().collect();
    alternatives(&mut words.as_slice(), allowed)
}

fn alternatives(words: &mut &[&str], allowed: &[&str]) -> bool {
    let mut met = conjunction(words, allowed);
    while take(words, "OR") {
        met |= conjunction(words, allowed);
    }
    met
}

fn conjunction(words: &mut &[&str], allowed: &[&str]) -> bool {
    let mut met = licence(words, allowed);
    while take(words, "AND") {
        met &= licence(words, allowed);
    }
    met
}

fn licence(words: &mut &[&str], allowed: &[&str]) -> bool {
    if take(words, "(") {
        let met = alternatives(words, allowed);
        assert!(take(words, ")"), "a parenthesis is not closed");
        return met;
    }
    let name = words[0];
    *words = &words[1..];
    if !take(words, "WITH") {
        return allowed.contains(&name);
    }
    let exception = words[0];
    *words = &words[1..];
    allowed.contains(&format!("{name} WITH {exception}").as_str())
}

fn take(words: &mut &[&str], word: &str) -> bool {
    let found = words.first() == Some(&word);
    if found {
        *words = &words[1..];
    }
    found
}
