//! Recovers the intact parts of a damaged document.
//!
//! Up to the damage, the document is read as usual, including unknown data. Behind the damage the nesting is unknown,
//! so only an entry that identifies its own section counts. Nothing is invented: every recovered part is in the bytes,
//! complete and verbatim.

mod entry;
mod found;

use self::entry::{has_swallowed_others, is_blank, named, object_end, section_of, value};
use self::found::{Found, Member};
use super::text::style::Style;
use super::{Section, TokenCache};

/// The result of a recovery.
#[derive(Debug)]
pub struct Salvage {
    /// The intact parts.
    pub cache: TokenCache,
    /// The keys of the lost entries.
    pub lost: Vec<String>,
    /// The number of bytes that belong to nothing recovered.
    pub lost_bytes: usize,
}

/// Recovers the intact parts. Returns `None` if the bytes are not those of a cache: the text does not begin like one,
/// contains no entry, and is not the zeros that some file systems leave after a crash.
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
    let cache = TokenCache::deserialize(found.written(Style::of(&bytes[start..])).as_bytes()).ok()?;
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

impl<'t> Wreck<'t> {
    /// Reads members of the root and of the sections up to the first damage.
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
            // Also within a section, whose closing bracket may be missing.
            let opened = named(name);
            if let Some(opened) = opened.filter(|_| self.bytes.get(value_at) == Some(&b'{')) {
                self.found.section(opened);
                section = Some(opened);
                self.at = value_at + 1;
                continue;
            }
            let (value, end) = value(self.bytes, value_at)?;
            // A value that reaches the end of the document may be incomplete.
            self.bytes.get(end)?;
            if opened.is_none() && section.is_some() && has_swallowed_others(value) {
                return None;
            }
            // A gap may have moved an entry into another section, or to the root.
            match (section_of(name, value).or(section), opened) {
                (_, Some(opened)) if value == "null" => drop(self.found.section(opened)),
                // A section that is not an object cannot be kept.
                (_, Some(_)) => return None,
                // Perhaps a field whose entry has lost its bracket.
                (Some(_), None) if !value.starts_with('{') => self.lost(name),
                (Some(section), None) => self.found.section(section).push((name, value)),
                (None, None) => self.found.unknown.push((name, value)),
            }
            self.at = end;
        }
    }

    /// Tries every quote as the beginning of an entry.
    fn search(&mut self) {
        let mut behind = Vec::new();
        while let Some(quote) =
            self.bytes[self.at..].iter().position(|byte| *byte == b'"').map(|offset| self.at + offset)
        {
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

    /// Returns the intact entry that begins at `quote`, if there is one. Records a broken one as lost.
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

    /// Returns a name with its quotes, and the start of its value.
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

    /// Skips the bytes up to `end` and counts them as lost, except brackets and blanks.
    fn pass_over(&mut self, end: usize) {
        let is_loss = |byte: &&u8| !is_blank(**byte) && !matches!(byte, b'{' | b'}' | b',');
        self.lost_bytes += self.bytes[self.at..end].iter().filter(is_loss).count();
        self.at = end;
    }
}

#[cfg(test)]
mod tests;
