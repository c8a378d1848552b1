//! What is whole in a damaged document.
//!
//! Up to the damage the document is read as it stands, unknown data included. From there on nobody knows what encloses
//! what; there only an entry counts that says of itself what it is. Nothing is made up: whatever is returned stands,
//! whole and to the letter, in the bytes.

use std::collections::{HashMap, HashSet};

use serde_json::Deserializer;
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::fields::Fields;
use super::style::Style;
use super::{Section, TokenCache};

/// No library nests objects in an entry this deep; a limit keeps the search from starting over at every bracket.
const DEEPEST: usize = 8;

/// What was saved of a damaged document, and what was not.
#[derive(Debug)]
pub struct Salvage {
    /// All that is whole.
    pub cache: TokenCache,
    /// The keys of entries that are not.
    pub lost: Vec<String>,
    /// How many bytes belong to nothing that was saved.
    pub lost_bytes: usize,
}

/// Saves what is whole. `None` when these are not the bytes of a cache, damaged or not: neither does the text begin like
/// one, nor is there an entry in it, nor is it what some file systems make of a file in a crash (zeros).
pub fn salvage(bytes: &[u8]) -> Option<Salvage> {
    let start = bytes.iter().position(|byte| !is_blank(*byte)).unwrap_or(bytes.len());
    let start = if bytes[start..].starts_with(b"\xef\xbb\xbf") { start + 3 } else { start };
    let mut wreck = Wreck { bytes, at: start, found: Found::default(), lost: Vec::new(), lost_bytes: 0 };
    let begins_well = start == bytes.len() || bytes[start] == b'{';
    if bytes.get(start) == Some(&b'{') {
        wreck.at += 1;
        wreck.read_while_sound();
    }
    wreck.search();
    let Wreck { found, lost, lost_bytes, .. } = wreck;
    if !begins_well && found.is_empty() {
        return None;
    }
    let cache = TokenCache::deserialize(found.written(Style::of(&bytes[start..])).as_bytes()).unwrap_or_default();
    Some(Salvage { cache, lost, lost_bytes })
}

/// A damaged document, read up to `at`.
struct Wreck<'t> {
    bytes: &'t [u8],
    at: usize,
    found: Found<'t>,
    lost: Vec<String>,
    lost_bytes: usize,
}

/// A name with its quotes and a value, both as they stand in the document.
type Member<'t> = (&'t str, &'t str);

/// What is whole.
#[derive(Default)]
struct Found<'t> {
    sections: [Option<Vec<Member<'t>>>; Section::ALL.len()],
    unknown: Vec<Member<'t>>,
}

impl<'t> Wreck<'t> {
    /// Reads members of the root, and of the sections, until something is not as it should be.
    fn read_while_sound(&mut self) -> Option<()> {
        let mut section = None;
        loop {
            self.blanks_and_commas();
            if self.peek() == Some(b'}') {
                self.at += 1;
                // The root's own bracket ends the document.
                section.take()?;
                continue;
            }
            let (name, value_at) = self.name(self.at)?;
            // Also within a section: the bracket that ended it may be what is missing.
            let opened = named(name);
            if let Some(opened) = opened.filter(|_| self.bytes.get(value_at) == Some(&b'{')) {
                // Of two sections with one name the last counts.
                self.found.sections[opened as usize] = Some(Vec::new());
                section = Some(opened);
                self.at = value_at + 1;
                continue;
            }
            let (value, end) = value(self.bytes, value_at)?;
            // A value that reaches the end of the document may be a part of a longer one.
            self.bytes.get(end)?;
            if opened.is_none() && section.is_some() && has_swallowed_others(value) {
                return None;
            }
            // A hole may have brought an entry into another section, or out of all.
            match (section_of(name, value).or(section), opened) {
                (_, Some(opened)) if value == "null" => self.found.sections[opened as usize] = Some(Vec::new()),
                // A section that is no object cannot be kept.
                (_, Some(_)) => return None,
                // Perhaps a field, whose entry has lost its bracket.
                (Some(_), None) if !value.starts_with('{') => self.lost(name),
                (Some(section), None) => {
                    self.found.sections[section as usize].get_or_insert_default().push((name, value));
                }
                (None, None) => self.found.unknown.push((name, value)),
            }
            self.at = end;
        }
    }

    /// Looks at every quote: an entry may begin there.
    fn search(&mut self) {
        let mut behind = Vec::new();
        while let Some(quote) = memchr::memchr(b'"', &self.bytes[self.at..]).map(|offset| self.at + offset) {
            self.pass_over(quote);
            match self.entry(quote) {
                Some((section, entry, end)) => {
                    behind.push((section, entry));
                    self.at = end;
                }
                None => self.pass_over(quote + 1),
            }
        }
        self.pass_over(self.bytes.len());
        self.found.add(behind);
    }

    /// The whole entry that begins at `quote`, if one does; a broken one is noted.
    fn entry(&mut self, quote: usize) -> Option<(Section, Member<'t>, usize)> {
        let (name, value_at) = self.name(quote)?;
        if self.bytes.get(value_at) != Some(&b'{') || named(name).is_some() {
            return None;
        }
        let entry = object_end(self.bytes, value_at).and_then(|end| {
            let value = std::str::from_utf8(&self.bytes[value_at..end]).ok()?;
            Some((section_of(name, value)?, (name, value), end))
        });
        if entry.is_none() {
            self.lost(name);
        }
        entry
    }

    fn lost(&mut self, name: &str) {
        self.lost.push(serde_json::from_str(name).unwrap_or_else(|_| name.to_owned()));
    }

    /// A name with its quotes, and where its value begins.
    fn name(&self, at: usize) -> Option<(&'t str, usize)> {
        let (name, end) = value(self.bytes, at).filter(|(name, _)| name.starts_with('"'))?;
        let colon = self.after_blanks(end);
        (self.bytes.get(colon) == Some(&b':')).then(|| (name, self.after_blanks(colon + 1)))
    }

    fn after_blanks(&self, at: usize) -> usize {
        at + self.bytes[at..].iter().take_while(|byte| is_blank(**byte)).count()
    }

    fn blanks_and_commas(&mut self) {
        while self.peek().is_some_and(|byte| is_blank(byte) || byte == b',') {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Gives up what stands up to `end`; brackets and blanks are no loss.
    fn pass_over(&mut self, end: usize) {
        let is_loss = |byte: &&u8| !is_blank(**byte) && !matches!(byte, b'{' | b'}' | b',');
        self.lost_bytes += self.bytes[self.at..end].iter().filter(is_loss).count();
        self.at = end;
    }
}

impl<'t> Found<'t> {
    fn is_empty(&self) -> bool {
        self.sections.iter().flatten().all(Vec::is_empty)
    }

    /// Adds what stands behind the damage. It may be older than what stands before it, and replaces nothing.
    fn add(&mut self, behind: Vec<(Section, Member<'t>)>) {
        let before = Section::ALL.iter().zip(&self.sections);
        let mut known: HashSet<_> = before
            .flat_map(|(section, entries)| entries.iter().flatten().map(|(name, _)| (section.name(), *name)))
            .collect();
        for (section, entry) in behind {
            if known.insert((section.name(), entry.0)) {
                self.sections[section as usize].get_or_insert_default().push(entry);
            }
        }
    }

    fn written(&self, style: Style) -> Zeroizing<String> {
        let text =
            |members: &[Member<'_>]| members.iter().map(|(name, value)| name.len() + value.len() + 64).sum::<usize>();
        let size =
            self.sections.iter().flatten().map(|entries| text(entries) + 64).sum::<usize>() + text(&self.unknown);
        // Never grown, so that no copy is left behind.
        let mut out = Zeroizing::new(String::with_capacity(size + 64));
        out.push('{');
        let mut separator = "";
        for (section, entries) in Section::ALL.iter().zip(&self.sections) {
            let Some(entries) = entries else { continue };
            out.push_str(separator);
            separator = ",";
            style.name(&mut out, section.name(), 1);
            object(&mut out, entries, style, 1);
        }
        for member in &self.unknown {
            out.push_str(separator);
            separator = ",";
            write_member(&mut out, member, style, 1);
        }
        style.end_line(&mut out, 0);
        out.push('}');
        out
    }
}

fn object(out: &mut String, members: &[Member<'_>], style: Style, depth: usize) {
    out.push('{');
    for (position, member) in members.iter().enumerate() {
        if position > 0 {
            out.push(',');
        }
        write_member(out, member, style, depth + 1);
    }
    if !members.is_empty() {
        style.end_line(out, depth);
    }
    out.push('}');
}

fn write_member(out: &mut String, (name, value): &Member<'_>, style: Style, depth: usize) {
    style.end_line(out, depth);
    out.push_str(name);
    out.push_str(if style == Style::Pretty { ": " } else { ":" });
    out.push_str(value);
}

/// Which section an entry belongs to, by its own words: its `credential_type`; an account has an `authority_type`, and
/// what is known of a client a key that says so.
fn section_of(name: &str, value: &str) -> Option<Section> {
    // Not too deep to be looked at by recursion.
    object_end(value.as_bytes(), 0)?;
    let fields = Fields::parse(value.as_bytes()).ok().filter(|_| !has_swallowed_others(value))?;
    fields.required("environment").ok()?;
    let has = |field| fields.required(field).is_ok();
    match fields.lenient("credential_type") {
        Some(kind) => {
            let kinds = [Section::AccessToken, Section::IdToken, Section::RefreshToken];
            let known = kinds.into_iter().find(|section| kind.eq_ignore_ascii_case(section.name()));
            known.filter(|_| has("secret") && has("client_id"))
        }
        None if has("authority_type") && has("home_account_id") => Some(Section::Account),
        None if name.to_ascii_lowercase().trim_start_matches('"').starts_with("appmetadata-") && has("client_id") => {
            Some(Section::AppMetadata)
        }
        None => None,
    }
}

/// Whether an entry that lost its closing bracket has sections or other entries for fields.
fn has_swallowed_others(entry: &str) -> bool {
    let fields: HashMap<String, &RawValue> = serde_json::from_str(entry).unwrap_or_default();
    let is_other = |name: &str, value: &str| {
        value.starts_with('{') && (Section::named(name).is_some() || section_of(name, value).is_some())
    };
    fields.iter().any(|(name, value)| is_other(name, value.get()))
}

/// The JSON value that begins at `at`, and its end.
fn value(bytes: &[u8], at: usize) -> Option<(&str, usize)> {
    let rest = bytes.get(at..)?;
    let mut values = Deserializer::from_slice(rest).into_iter::<&RawValue>();
    let value = values.next()?.ok()?;
    Some((value.get(), at + values.byte_offset()))
}

/// The end of the object that begins at `at`, by its brackets and quotes.
fn object_end(bytes: &[u8], at: usize) -> Option<usize> {
    let mut depth = 0;
    let mut is_quoted = false;
    let mut rest = bytes.iter().enumerate().skip(at);
    while let Some((position, byte)) = rest.next() {
        match byte {
            b'\\' if is_quoted => drop(rest.next()),
            b'"' => is_quoted = !is_quoted,
            0..0x20 if is_quoted => return None,
            _ if is_quoted => {}
            b'{' if depth == DEEPEST => return None,
            b'{' => depth += 1,
            b'}' if depth == 1 => return Some(position + 1),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn named(quoted: &str) -> Option<Section> {
    Section::named(&serde_json::from_str::<String>(quoted).ok()?)
}

/// White space, and the zeros that some file systems leave after a crash.
fn is_blank(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = include_str!("../../tests/vectors/samples/mixed_python_then_node.json");

    /// The sections' keys, and the unknown members' names.
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
}
