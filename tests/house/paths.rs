//! The paths that a Rust source mentions, well enough to tell which room knows which.

/// Every path of `source` that starts with `crate`, `super` or a name followed by `::`, use groups spelled out, with
/// comments, strings and the unit tests left out. `module` is where the file stands: `["store", "file"]`.
pub(crate) fn mentioned(source: &str, module: &[&str]) -> Vec<Vec<String>> {
    let tokens = tokens(without_tests(source));
    let mut paths = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let starts = is_name(&tokens[at]) && tokens.get(at + 1).is_some_and(|next| next == "::");
        at = if starts { path(&tokens, at, &[], &mut paths) } else { at + 1 };
    }
    paths.into_iter().map(|path| absolute(path, module)).collect()
}

/// The tokens of `source` that matter: names, `::`, and single characters.
pub(crate) fn tokens(source: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            '"' => string_length(rest),
            'r' if rest.starts_with("r\"") || rest.starts_with("r#") => raw_string_length(rest),
            '\'' => char_length(rest),
            _ if first.is_alphanumeric() || first == '_' => {
                let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                tokens.push(rest[..length].to_owned());
                length
            }
            ':' if rest.starts_with("::") => {
                tokens.push("::".to_owned());
                2
            }
            _ => {
                if !first.is_whitespace() {
                    tokens.push(first.to_string());
                }
                first.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    tokens
}

fn without_tests(source: &str) -> &str {
    source.find("#[cfg(test)]\nmod tests {").map_or(source, |start| &source[..start])
}

fn string_length(text: &str) -> usize {
    let mut escaped = false;
    let end = text.char_indices().skip(1).find(|&(_, c)| {
        let closes = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        closes
    });
    end.map_or(text.len(), |(at, _)| at + 1)
}

fn raw_string_length(text: &str) -> usize {
    let hashes = text[1..].len() - text[1..].trim_start_matches('#').len();
    let opening = 1 + hashes;
    if !text[opening..].starts_with('"') {
        return opening; // r#name
    }
    let closing = format!("\"{}", "#".repeat(hashes));
    let body = &text[opening + 1..];
    body.find(&closing).map_or(text.len(), |end| opening + 1 + end + closing.len())
}

/// A character, or the tick of a lifetime.
fn char_length(text: &str) -> usize {
    let body = &text[1..];
    match body.chars().next() {
        Some('\\') => body[2..].find('\'').map_or(text.len(), |end| 2 + end + 2),
        Some(c) if body[c.len_utf8()..].starts_with('\'') => c.len_utf8() + 2,
        _ => 1,
    }
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Reads the path, or the tree of paths, at `at` into `paths`; returns the place behind it.
fn path(tokens: &[String], mut at: usize, prefix: &[String], paths: &mut Vec<Vec<String>>) -> usize {
    let mut path = prefix.to_vec();
    let token = |at: usize| tokens.get(at).map_or("", String::as_str);
    while is_name(token(at)) {
        path.push(tokens[at].clone());
        if token(at + 1) != "::" {
            paths.push(path);
            return at + 1;
        }
        at += 2;
    }
    if token(at) != "{" {
        paths.push(path); // a::*, a::<T>
        return at;
    }
    at += 1;
    while !matches!(token(at), "}" | "") {
        at = match token(at) {
            "as" => at + 2,
            name if is_name(name) => self::path(tokens, at, &path, paths),
            _ => at + 1,
        };
    }
    at + 1
}

/// The path without `crate`, `self` and `super`.
fn absolute(path: Vec<String>, module: &[&str]) -> Vec<String> {
    let climbs = path.iter().take_while(|name| *name == "super").count();
    let base = match path[0].as_str() {
        "super" => &module[..module.len().saturating_sub(climbs)],
        "self" => module,
        _ => &[],
    };
    let own = path.iter().filter(|name| !matches!(name.as_str(), "crate" | "self" | "super")).cloned();
    base.iter().map(|&name| name.to_owned()).chain(own).collect()
}

#[test]
fn paths_are_found_in_groups_and_expressions() {
    let source = "use crate::{store::{self, file::Lock as L}, time::*};\n fn f() -> super::super::oauth::Client<'a> {}";
    let expected = ["store", "store::file::Lock", "time", "oauth::Client"];
    let found: Vec<_> = mentioned(source, &["acquire", "refresh"]).iter().map(|path| path.join("::")).collect();
    assert_eq!(found, expected);
}

#[test]
fn comments_strings_and_tests_are_not_read() {
    let source = r##"
        //! [`crate::cache`]
        /* crate::cache */ fn f(c: char) { c == '"'; "crate::cache \" crate::cache"; r#"crate::cache"#; '\''; }
        pub(crate) fn g() { crate::time::now() }
#[cfg(test)]
mod tests { use crate::cache; }"##;
    assert_eq!(mentioned(source, &["oauth"]), [["time", "now"]]);
}
