//! Settings in lines below section headers: TOML and INI files, changed as text, so that all else stays as it is.

use super::file::in_lines;

/// Returns the range of lines of a section, from its header to the next header.
fn range(lines: &[&str], header: &str) -> Option<std::ops::Range<usize>> {
    let start = lines.iter().position(|line| header_of(line).is_some_and(|own| own == header))?;
    let length = lines[start + 1..].iter().position(|line| header_of(line).is_some());
    Some(start..length.map_or(lines.len(), |length| start + 1 + length))
}

/// Returns the header that a line is, without a comment behind it and without quotes.
fn header_of(line: &str) -> Option<String> {
    let (header, _) = line.trim().strip_prefix('[')?.split_once(']')?;
    Some(format!("[{}]", header.replace(['"', '\''], "")))
}

/// Returns the key of a line. INI files may have a colon behind it.
fn key_of(line: &str) -> Option<&str> {
    Some(line.split_once(['=', ':'])?.0.trim())
}

/// Returns the keys in a section.
pub(super) fn keys<'t>(text: &'t str, header: &str) -> impl Iterator<Item = &'t str> {
    let lines: Vec<_> = text.lines().collect();
    let section = range(&lines, header).map(|range| lines[range].to_vec()).unwrap_or_default();
    section.into_iter().filter_map(key_of)
}

/// Returns the value of a key in a section.
pub(super) fn value<'t>(text: &'t str, header: &str, key: &str) -> Option<&'t str> {
    let lines: Vec<_> = text.lines().collect();
    let line = lines[range(&lines, header)?].iter().find(|line| key_of(line) == Some(key))?;
    Some(line.split_once(['=', ':'])?.1.trim())
}

/// Adds `lines` behind the header of a section, which is appended if it does not exist.
pub(super) fn with(text: &str, header: &str, added: &[String]) -> String {
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    let trimmed: Vec<_> = text.lines().collect();
    let added: String = added.iter().map(|line| format!("{line}\n")).collect();
    match range(&trimmed, header) {
        Some(range) => {
            let end = if lines[range.start].ends_with('\n') { "" } else { "\n" };
            let added = format!("{end}{added}");
            lines.insert(range.start + 1, &added);
            lines.concat()
        }
        None => {
            let gap = if text.is_empty() { "" } else { "\n" };
            format!("{}{gap}{header}\n{added}", in_lines(text))
        }
    }
}

/// Removes the lines with these keys from a section, and the section if nothing is left of it.
pub(super) fn without(text: &str, header: &str, keys: &[&str]) -> String {
    let lines: Vec<_> = text.lines().collect();
    let Some(section) = range(&lines, header) else { return text.to_owned() };
    let is_removed = |at: &usize| section.contains(at) && key_of(lines[*at]).is_some_and(|key| keys.contains(&key));
    let is_empty = section.clone().skip(1).all(|at| lines[at].trim().is_empty() || is_removed(&at));
    let before = section.start.checked_sub(1).filter(|at| lines[*at].trim().is_empty());
    let is_gap = |at: &usize| is_empty && Some(*at) == before;
    let is_header = |at: &usize| is_empty && *at == section.start;
    let kept = text.split_inclusive('\n').enumerate();
    kept.filter(|(at, _)| !is_removed(at) && !is_gap(at) && !is_header(at)).map(|(_, line)| line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_added_and_removed_without_a_trace() {
        let line = ["provider = [\"tokcache\"]".to_owned()];
        for text in ["", "# mine\n[a]\nb = 1\n", "[registries.x] # mine\nindex = \"i\"\n\n[z]\nprovider = 1\n"] {
            let added = with(text, "[registries.x]", &line);
            assert_eq!(value(&added, "[registries.x]", "provider"), Some("[\"tokcache\"]"), "{added}");
            assert_eq!(without(&added, "[registries.x]", &["provider"]), text);
        }
        assert_eq!(value("[ 'a b' ] ; mine\nk: v\n", "[ a b ]", "k"), Some("v"));
        assert_eq!(value("[z]\nprovider = 1\n", "[registries.x]", "provider"), None);
        assert_eq!(with("[x]", "[x]", &line), "[x]\nprovider = [\"tokcache\"]\n");
    }
}
