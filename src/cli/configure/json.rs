//! A member of an object in a JSON file, added and removed as text, so that all else stays as it is.

use serde::Serialize as _;
use serde_json::ser::PrettyFormatter;
use serde_json::{Map, Value};

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

/// Returns the indentation of the file, by its first indented line; `usual` if there is none.
fn indentation<'t>(text: &'t str, usual: &'t str) -> &'t str {
    let indented = text.lines().skip(1).find(|line| line.starts_with([' ', '\t']) && !line.trim().is_empty());
    indented.map_or(usual, |line| &line[..line.len() - line.trim_start().len()])
}

/// Returns the value in lines, without indentation in front of the first one.
pub(super) fn pretty(value: &Value, tab: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let formatter = PrettyFormatter::with_indent(tab.as_bytes());
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, formatter)).ok()?;
    String::from_utf8(bytes).ok()
}

/// Returns an object in lines, with the indentation of another text; `None` if it is not an object in JSON.
pub(super) fn in_lines(text: &str, like: &str) -> Option<String> {
    let value: Value = serde_json::from_str(text).ok().filter(Value::is_object)?;
    pretty(&value, indentation(like, "  "))
}

/// Returns a member in lines of its own, inside `depth` objects.
fn member(key: &str, value: &Value, tab: &str, depth: usize) -> Option<String> {
    let indentation = format!("\n{}", tab.repeat(depth));
    Some(format!("{indentation}{}: {}", Value::from(key), pretty(value, tab)?.replace('\n', &indentation)))
}

/// Returns the value at `path`; `None` too if the text is not JSON.
pub(super) fn value(text: &str, path: &[&str]) -> Option<Value> {
    let document: Value = serde_json::from_str(text).ok()?;
    path.iter().try_fold(&document, |value, key| value.get(key)).cloned()
}

/// Returns the document with `value` at `path`, whose objects are created if necessary. `usual` is the indentation of a
/// file that has none. `None` if the text cannot be changed safely.
pub(super) fn with(text: &str, path: &[&str], value: &Value, usual: &str) -> Option<String> {
    let text = if text.trim().is_empty() { "{}\n" } else { text };
    let before: Value = serde_json::from_str(text).ok()?;
    let mut expected = before.clone();
    let (last, objects) = path.split_last()?;
    let mut object = expected.as_object_mut()?;
    for key in objects {
        object = object.entry(*key).or_insert_with(|| Value::Object(Map::new())).as_object_mut()?;
    }
    object.insert((*last).to_owned(), value.clone());
    let (depth, at) = (0..path.len()).rev().find_map(|depth| Some((depth, inside(text, &path[..depth])?)))?;
    let is_first = path[..depth].iter().try_fold(&before, |value, key| value.get(key))?.as_object()?.is_empty();
    let nested = path[depth + 1..]
        .iter()
        .rev()
        .fold(value.clone(), |value, key| Value::Object(Map::from_iter([((*key).to_owned(), value)])));
    let tab = indentation(text, usual);
    let added = member(path[depth], &nested, tab, depth + 1)?;
    let end = if is_first { format!("\n{}", tab.repeat(depth)) } else { ",".to_owned() };
    let changed = format!("{}{added}{end}{}", &text[..at], &text[at..]);
    (serde_json::from_str::<Value>(&changed).ok()? == expected).then_some(changed)
}

/// Returns the document with another string at `path`, in the same place.
pub(super) fn replaced(text: &str, path: &[&str], string: &str) -> Option<String> {
    let old = value(text, path)?;
    let mut expected: Value = serde_json::from_str(text).ok()?;
    *path.iter().try_fold(&mut expected, |value, key| value.get_mut(key))? = string.into();
    let (old, new) = (old.to_string(), Value::from(string).to_string());
    let mut places = text.match_indices(&old).map(|(at, _)| at);
    places.find_map(|at| {
        let changed = format!("{}{new}{}", &text[..at], &text[at + old.len()..]);
        serde_json::from_str::<Value>(&changed).is_ok_and(|it| it == expected).then_some(changed)
    })
}

/// Returns the document without the member at `path`, and without the objects that are empty then, if [`with`] may have
/// created them: they are the first of their object. If another program has written the file since, the document is
/// written anew.
pub(super) fn without(text: &str, path: &[&str], usual: &str) -> Option<String> {
    let before: Value = serde_json::from_str(text).ok()?;
    let mut expected = before.clone();
    let mut path = path;
    loop {
        let (last, objects) = path.split_last()?;
        let object = objects.iter().try_fold(&mut expected, |value, key| value.get_mut(key))?.as_object_mut()?;
        object.shift_remove(*last)?;
        let is_empty = object.is_empty();
        let Some((own, outer)) = objects.split_last() else { break };
        let outer = outer.iter().try_fold(&expected, |value, key| value.get(key))?.as_object()?;
        if !is_empty || outer.keys().next().is_none_or(|first| first != own) {
            break;
        }
        path = objects;
    }
    let (key, objects) = path.split_last()?;
    let removed = path.iter().try_fold(&before, |value, key| value.get(key))?;
    let tab = indentation(text, usual);
    // In a file without lines, the first indented line is that of the member, which is indented twice.
    let tabs = [tab, &tab[..tab.len() / 2]];
    let shortened = tabs.iter().find_map(|tab| {
        let member = member(key, removed, tab, path.len())?;
        let outer = tab.repeat(objects.len());
        let pieces = [format!("{member},"), format!("{member}\n{outer}"), format!(",{member}")];
        let is_expected = |text: &String| serde_json::from_str::<Value>(text).is_ok_and(|it| it == expected);
        pieces.iter().map(|piece| text.replacen(piece.as_str(), "", 1)).find(is_expected)
    });
    shortened.or_else(|| {
        let end = if text.ends_with('\n') { "\n" } else { "" };
        Some(pretty(&expected, tab)? + end)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const HELPER: [&str; 2] = ["credHelpers", "r.example:5000"];

    #[test]
    fn a_member_is_added_and_removed_without_a_trace() {
        let server = json!({ "type": "http", "url": "https://a.example", "headersHelper": "tokcache" });
        for text in [
            "{}\n",
            "{\n\t\"auths\": {\n\t\t\"a\": {\"auth\": \"c2VjcmV0\"}\n\t}\n}",
            "{\n  \"credHelpers\": {\n    \"a\": \"x\"\n  },\n  \"b\": [{\"credHelpers\": 1}, 1.50]\n}\n",
            "{\n\t\"x\": \"a \\\" { credHelpers\",\n\t\"credHelpers\": {\n\t\t\"a\": \"x\"\n\t}\n}\n",
            "{\"auths\":{},\"credHelpers\":{\"a\":\"x\"}}",
            "{\"auths\": 1, \"credHelpers\": {}}",
        ] {
            for added in [Value::from("tokcache"), server.clone()] {
                for path in [&HELPER[..], &["apiKeyHelper"], &["credHelpers", "a.example", "headersHelper"]] {
                    let changed = with(text, path, &added, "  ").unwrap();
                    assert_eq!(value(&changed, path).as_ref(), Some(&added), "{changed}");
                    assert_eq!(without(&changed, path, "  ").as_deref(), Some(text), "{changed}");
                }
            }
        }
        let value = Value::from("tokcache");
        assert_eq!(with("", &["a"], &value, "  ").as_deref(), Some("{\n  \"a\": \"tokcache\"\n}\n"));
        assert!(with("[]", &HELPER, &value, "\t").is_none());
        assert!(with("{\"credHelpers\": 1}", &HELPER, &value, "\t").is_none());
        assert!(without("{}", &HELPER, "\t").is_none());
    }

    #[test]
    fn a_string_is_replaced_in_its_place() {
        let text = "{\"x\": \"old\", \"a\": {\"b\": \"old\"}, \"c\": 1.50}";
        let expected = "{\"x\": \"old\", \"a\": {\"b\": \"new\"}, \"c\": 1.50}";
        assert_eq!(replaced(text, &["a", "b"], "new").as_deref(), Some(expected));
        assert!(replaced(text, &["a", "c"], "new").is_none());
    }

    #[test]
    fn a_file_that_was_written_anew_loses_the_member_only() {
        let text = "{\n\t\"credHelpers\": {\n\t\t\"a\": \"tokcache\",\n\t\t\"b\": \"x\"\n\t}\n}";
        let expected = "{\n\t\"credHelpers\": {\n\t\t\"b\": \"x\"\n\t}\n}";
        assert_eq!(without(text, &["credHelpers", "a"], "\t").as_deref(), Some(expected));
    }
}
