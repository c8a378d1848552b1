use super::*;

const WHOLE: &str = include_str!("../../../tests/vectors/samples/mixed_python_then_node.json");

/// Returns the keys of the sections, and the names of the unknown members.
fn keys(cache: &TokenCache) -> Vec<String> {
    let text = cache.serialize();
    let root: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&text).unwrap();
    let of = |(name, value): (&String, &serde_json::Value)| match value.as_object() {
        Some(entries) => entries.keys().map(|key| format!("{name} {key}")).collect(),
        None => vec![name.clone()],
    };
    root.iter().flat_map(of).collect()
}

fn saved(bytes: &[u8]) -> (Vec<String>, Vec<String>) {
    let salvage = salvage(bytes).unwrap();
    (keys(&salvage.cache), salvage.lost)
}

fn entry(kind: &str, secret: &str) -> String {
    format!(r#"{{"credential_type":"{kind}","secret":"{secret}","client_id":"c","environment":"e"}}"#)
}

#[test]
fn a_whole_document_is_saved_whole() {
    let salvage = salvage(WHOLE.as_bytes()).unwrap();
    let whole = TokenCache::deserialize(WHOLE.as_bytes()).unwrap();
    assert_eq!((keys(&salvage.cache), salvage.lost, salvage.lost_bytes), (keys(&whole), vec![], 0));
}

#[test]
fn what_a_hand_broke_in_an_entry_costs_that_entry() {
    let access = entry("AccessToken", "AT");
    let refresh = entry("RefreshToken", "RT");
    let text = format!(r#"{{"AccessToken":{{"one":{access},"two":{{"secret":"AT,"x":"y"}},"three":{access}}},"#)
        + &format!(r#""RefreshToken":{{"four":{refresh}}}}}"#);
    assert!(TokenCache::deserialize(text.as_bytes()).is_err());
    let expected = ["AccessToken one", "AccessToken three", "RefreshToken four"].map(str::to_owned);
    assert_eq!(saved(text.as_bytes()), (expected.to_vec(), vec!["two".to_owned()]));
}

#[test]
fn an_entry_that_lacks_what_makes_it_one_is_not_saved() {
    for lacking in [r#""authority_type":"MSSTS""#, r#""home_account_id":"u""#] {
        let account = format!(r#"{{"environment":"e",{lacking}}}"#);
        assert_eq!(super::entry::section_of("\"one\"", &account), None, "{account}");
    }
    for missing in ["secret", "client_id"] {
        let entry = entry("RefreshToken", "RT").replace(&format!("\"{missing}\":"), "\"other\":");
        assert_eq!(super::entry::section_of("\"one\"", &entry), None, "{entry}");
    }
}

#[test]
fn commas_and_comments_cost_nothing() {
    let access = entry("AccessToken", "AT");
    for separator in ["", ",,", ", // the next one is mine\n"] {
        let text = format!(r#"{{"AccessToken":{{"one":{access}{separator}"two":{access},}},}}"#);
        assert_eq!(saved(text.as_bytes()).0, ["AccessToken one", "AccessToken two"], "{separator}");
    }
}

#[test]
fn unknown_data_before_the_damage_is_kept() {
    let text = r#"{"mine":{"deep":[1,{"AccessToken":{}}]},"AccessToken":{"odd":{},"n":7,"cut":{"secr"#;
    let salvage = salvage(text.as_bytes()).unwrap();
    assert_eq!(*salvage.cache.serialize(), r#"{"AccessToken":{"odd":{}},"mine":{"deep":[1,{"AccessToken":{}}]}}"#);
    assert_eq!(salvage.lost, ["n", "cut"]);
}

#[test]
fn an_older_entry_behind_the_damage_replaces_nothing() {
    let (new, old) = (entry("RefreshToken", "new"), entry("RefreshToken", "old"));
    let text = format!(r#"{{"RefreshToken":{{"k":{new}}}}}nt":"e"}},"k":{old}}}}}"#);
    assert!(salvage(text.as_bytes()).unwrap().cache.serialize().contains(r#""secret":"new""#));
    assert!(!salvage(text.as_bytes()).unwrap().cache.serialize().contains(r#""secret":"old""#));
}

#[test]
fn text_within_a_string_is_no_entry() {
    let inner = entry("RefreshToken", "RT").replace('"', "\\\"");
    let text = format!(r#"{{"AccessToken":{{"k":{{"note":"\"x\": {inner}","#);
    assert_eq!(saved(text.as_bytes()).0, Vec::<String>::new());
}

#[test]
fn bytes_that_are_no_utf_8_cost_their_entry() {
    let (good, bad) = (entry("AccessToken", "AT"), entry("AccessToken", "A\u{1}T"));
    let mut text = format!(r#"{{"AccessToken":{{"one":{good},"two":{bad},"three":{good}}}}}"#).into_bytes();
    let at = text.iter().position(|byte| *byte == 1).unwrap();
    text[at] = 0xff;
    assert_eq!(
        saved(&text),
        (vec!["AccessToken one".to_owned(), "AccessToken three".to_owned()], vec!["two".to_owned()])
    );
}

#[test]
fn zeros_are_a_cache_that_a_crash_has_wiped_and_other_texts_are_none() {
    assert_eq!(saved(&[0; 4096]), (vec![], vec![]));
    for foreign in [&b"#!/bin/sh\necho {}\n"[..], b"[]", b"\x01\x00\x00\x00\xd0\x8c", b"null", b"<html>"] {
        assert!(salvage(foreign).is_none(), "{foreign:?}");
    }
}

#[test]
fn brackets_without_end_do_not_take_for_ever() {
    for text in [r#"{"k":"#, r#""k":{"#, "{", r#"""#] {
        salvage(format!("{{{}", text.repeat(100_000)).as_bytes()).unwrap();
    }
    let entry = r#"{"environment":"e","client_id":"c","secret":"s","credential_type":"AccessToken","k":"#;
    let deep = format!("{}1{}", entry.repeat(100_000), "}".repeat(100_000));
    salvage(format!(r#"{{"AccessToken":{{"k":{deep},"cut"#).as_bytes()).unwrap();
}

#[test]
fn an_entry_that_lost_its_closing_bracket_does_not_take_the_others_with_it() {
    let access = entry("AccessToken", "AT");
    let open = access.trim_end_matches('}');
    let text = format!(
        r#"{{"AccessToken":{{"one":{open},"two":{access}}},"RefreshToken":{{"k":{}}}}}"#,
        entry("RefreshToken", "RT")
    );
    assert_eq!(
        saved(text.as_bytes()),
        (vec!["AccessToken two".to_owned(), "RefreshToken k".to_owned()], vec!["one".to_owned()])
    );
}

#[test]
fn a_number_at_the_very_end_may_have_had_more_digits() {
    assert_eq!(saved(br#"{"whole":12,"cut":12"#).0, ["whole"]);
}
