//! A member of an object in a JSON file, added and removed as text, so that all else stays as it is.

use serde_json::Value;

/// Returns the offset behind the `{` of the object at `path` in the document.
fn inside(text: &str, path: &[&str]) -> Option<usize> {
    let mut keys: Vec<String> = Vec::new();
    let mut last = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => {
                let start = at + 1;
                let mut end = start;
                while let Some((at, letter)) = letters.next() {
                    end = at;
                    match letter {
                        '\\' => drop(letters.next()),
                        '"' => break,
                        _ => {}
                    }
                }
                last = text.get(start..end)?.to_owned();
            }
            '{' | '[' => {
                keys.push(std::mem::take(&mut last));
                if letter == '{' && keys.len() == path.len() + 1 && keys[1..].iter().eq(path.iter()) {
                    return Some(at + 1);
                }
            }
            '}' | ']' => drop(keys.pop()),
            _ => {}
        }
    }
    None
}

/// Returns the indentation of the file, by its first indented line; a tab as Docker writes it if there is none.
fn indentation(text: &str) -> &str {
    let indented = text.lines().skip(1).find(|line| line.starts_with([' ', '\t']) && !line.trim().is_empty());
    indented.map_or("\t", |line| &line[..line.len() - line.trim_start().len()])
}

/// Returns the document with `value` for `key` in the object `object`, which is created if necessary. `None` if the text
/// cannot be changed safely.
pub(super) fn with(text: &str, object: &str, key: &str, value: &str) -> Option<String> {
    let text = if text.trim().is_empty() { "{}\n" } else { text };
    let mut expected: Value = serde_json::from_str(text).ok()?;
    let members = expected.as_object_mut()?;
    let is_first = members.is_empty();
    let inner = members.entry(object).or_insert_with(|| Value::Object(Default::default())).as_object_mut()?;
    let is_first_inside = inner.is_empty();
    inner.insert(key.to_owned(), value.into());
    let tab = indentation(text);
    let member = format!("{tab}{tab}{}: {}", Value::from(key), Value::from(value));
    let changed = match inside(text, &[object]) {
        Some(at) => {
            let end = if is_first_inside { format!("\n{tab}") } else { ",".to_owned() };
            format!("{}\n{member}{end}{}", &text[..at], &text[at..])
        }
        None => {
            let at = inside(text, &[])?;
            let end = if is_first { "\n" } else { "," };
            let own = format!("\n{tab}{}: {{\n{member}\n{tab}}}{end}", Value::from(object));
            format!("{}{own}{}", &text[..at], &text[at..])
        }
    };
    (serde_json::from_str::<Value>(&changed).ok()? == expected).then_some(changed)
}

/// Returns the document without `key` in the object `object`, and without the object if it is empty then. If another
/// program has written the file since, the document is written anew.
pub(super) fn without(text: &str, object: &str, key: &str) -> Option<String> {
    let mut expected: Value = serde_json::from_str(text).ok()?;
    let inner = expected.get_mut(object)?.as_object_mut()?;
    let value = inner.shift_remove(key)?;
    if inner.is_empty() {
        expected.as_object_mut()?.shift_remove(object);
    }
    let tab = indentation(text);
    // In a file without lines, the first indented line is that of the member, which is indented twice.
    let tabs = [tab, &tab[..tab.len() / 2]];
    let shortened = tabs.iter().find_map(|tab| {
        let member = format!("\n{tab}{tab}{}: {value}", Value::from(key));
        let own = format!("\n{tab}{}: {{{member}\n{tab}}}", Value::from(object));
        let pieces = [
            format!("{own},"),
            format!("{own}\n"),
            format!("{member},"),
            format!(",{member}"),
            format!("{member}\n{tab}"),
        ];
        let is_expected = |text: &String| serde_json::from_str::<Value>(text).is_ok_and(|it| it == expected);
        pieces.iter().map(|piece| text.replacen(piece.as_str(), "", 1)).find(is_expected)
    });
    shortened.or_else(|| {
        let mut bytes = Vec::new();
        let formatter = serde_json::ser::PrettyFormatter::with_indent(tab.as_bytes());
        serde::Serialize::serialize(&expected, &mut serde_json::Serializer::with_formatter(&mut bytes, formatter))
            .ok()?;
        let end = if text.ends_with('\n') { "\n" } else { "" };
        Some(String::from_utf8(bytes).ok()? + end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_added_and_removed_without_a_trace() {
        for text in [
            "{}\n",
            "{\n\t\"auths\": {\n\t\t\"a\": {\"auth\": \"c2VjcmV0\"}\n\t}\n}",
            "{\n  \"credHelpers\": {\n    \"a\": \"x\"\n  },\n  \"b\": [{\"credHelpers\": 1}, 1.50]\n}\n",
            "{\n\t\"x\": \"a \\\" { credHelpers\",\n\t\"credHelpers\": {\n\t\t\"a\": \"x\"\n\t}\n}\n",
            "{\"auths\":{},\"credHelpers\":{\"a\":\"x\"}}",
        ] {
            let added = with(text, "credHelpers", "r.example:5000", "tokcache").unwrap();
            let document: Value = serde_json::from_str(&added).unwrap();
            assert_eq!(document["credHelpers"]["r.example:5000"], "tokcache", "{added}");
            assert_eq!(without(&added, "credHelpers", "r.example:5000").as_deref(), Some(text), "{added}");
        }
        assert!(with("", "credHelpers", "a", "tokcache").is_some());
        assert!(with("[]", "credHelpers", "a", "tokcache").is_none());
        assert!(with("{\"credHelpers\": 1}", "credHelpers", "a", "tokcache").is_none());
        assert!(without("{}", "credHelpers", "a").is_none());
    }

    #[test]
    fn a_file_that_was_written_anew_loses_the_member_only() {
        let text = "{\n\t\"credHelpers\": {\n\t\t\"a\": \"tokcache\",\n\t\t\"b\": \"x\"\n\t}\n}";
        let expected = "{\n\t\"credHelpers\": {\n\t\t\"b\": \"x\"\n\t}\n}";
        assert_eq!(without(text, "credHelpers", "a").as_deref(), Some(expected));
    }
}
