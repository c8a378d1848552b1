//! The intact parts of a damaged document, and their new text.

use std::collections::HashSet;

use zeroize::Zeroizing;

use crate::cache::Section;
use crate::cache::text::style::Style;
use crate::secret::SecretBuffer;

/// A name with its quotes and a value, both as in the document.
pub(super) type Member<'t> = (&'t str, &'t str);

/// The intact parts.
#[derive(Default)]
pub(super) struct Found<'t> {
    sections: [Option<Vec<Member<'t>>>; Section::ALL.len()],
    /// The members of the root that are not sections.
    pub(super) unknown: Vec<Member<'t>>,
}

impl<'t> Found<'t> {
    pub(super) fn section(&mut self, section: Section) -> &mut Vec<Member<'t>> {
        self.sections[section as usize].get_or_insert_default()
    }

    /// Whether there is no entry.
    pub(super) fn is_empty(&self) -> bool {
        self.sections.iter().flatten().all(Vec::is_empty)
    }

    /// Adds entries from behind the damage. They may be older than those before it, and replace none.
    pub(super) fn add(&mut self, behind: Vec<(Section, Member<'t>)>) {
        let before = Section::ALL.iter().zip(&self.sections);
        let mut known: HashSet<_> = before
            .flat_map(|(section, entries)| entries.iter().flatten().map(|(name, _)| (section.name(), *name)))
            .collect();
        for (section, entry) in behind {
            if known.insert((section.name(), entry.0)) {
                self.section(section).push(entry);
            }
        }
    }

    pub(super) fn written(&self, style: Style) -> Zeroizing<String> {
        let text =
            |members: &[Member<'_>]| members.iter().map(|(name, value)| name.len() + value.len() + 64).sum::<usize>();
        let size =
            self.sections.iter().flatten().map(|entries| text(entries) + 64).sum::<usize>() + text(&self.unknown);
        let mut out = SecretBuffer::with_capacity(size + 64);
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
        out.finish()
    }
}

fn object(out: &mut SecretBuffer, members: &[Member<'_>], style: Style, depth: usize) {
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

fn write_member(out: &mut SecretBuffer, (name, value): &Member<'_>, style: Style, depth: usize) {
    style.end_line(out, depth);
    out.push_str(name);
    out.push_str(if style == Style::Pretty { ": " } else { ":" });
    out.push_str(value);
}
