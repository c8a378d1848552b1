//! Removes possible secrets from a command line before it is repeated, because errors end up in logs.

use tokcache_file::Encryption;

use crate::cli::settings::store_url::StoreUrl;

/// The placeholder for the program that `exec` runs.
const COMMAND: &str = "COMMAND";
/// Names of fields that hold secrets, in URLs and elsewhere.
const SECRET_FIELDS: [&str; 6] = ["password=", "passwd=", "pwd=", "secret=", "token=", "apikey="];

/// Returns the words of a command line without possible secrets. A placeholder replaces a URL with a password, and the
/// program that `exec` runs.
pub(in crate::cli) fn repeatable(words: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut repeated: Vec<String> = Vec::new();
    for word in words {
        if word == "--" {
            repeated.extend(["--", COMMAND].map(str::to_owned));
            break;
        }
        let word = match word.split_once('=').filter(|(flag, _)| flag.starts_with("--")) {
            Some((flag, value)) => format!("{flag}={}", repeatable_value(flag, value)),
            None => {
                let flag = repeated.last().map_or("", String::as_str);
                repeatable_value(flag, &word).to_owned()
            }
        };
        repeated.push(word);
    }
    repeated
}

fn repeatable_value<'v>(flag: &str, value: &'v str) -> &'v str {
    const HARMLESS_STORES: [&str; 3] = ["file:", "memory:", "libsecret:"];
    match flag {
        "--store" | "--to" if StoreUrl::parse(value).is_some_and(|url| url.password.is_none()) => value,
        // Other values cannot be opened as a store, and may contain a password.
        "--store" | "--to" if !HARMLESS_STORES.iter().any(|scheme| value.starts_with(scheme)) => "URL",
        // The value may be the passphrase itself.
        "--encrypt" if value.parse::<Encryption>().is_err() => "KEY",
        _ if holds_password(value) => "URL",
        _ => value,
    }
}

fn holds_password(word: &str) -> bool {
    let has_user = word.split_once("://").is_some_and(|(_, rest)| rest.contains('@'));
    let lower = word.to_ascii_lowercase();
    has_user || SECRET_FIELDS.iter().any(|field| lower.contains(field))
}

/// Removes the part before the `@` from the URLs in a message.
pub(super) fn without_passwords(message: &str) -> String {
    const MARK: &str = "://";
    let mut shown = String::with_capacity(message.len());
    let mut rest = message;
    while let Some(at) = rest.find(MARK) {
        let is_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        let quote =
            rest[..at].trim_end_matches(is_scheme).chars().next_back().filter(|c| matches!(c, '\'' | '"' | '`'));
        let (before, url) = rest.split_at(at + MARK.len());
        let end = match quote {
            Some(quote) => url.find(quote),
            None => url.find(char::is_whitespace),
        };
        let (url, after) = url.split_at(end.unwrap_or(url.len()));
        shown.push_str(before);
        match url.rsplit_once('@') {
            Some((_, host)) => {
                shown.push_str("...@");
                shown.push_str(host);
            }
            None => shown.push_str(url),
        }
        rest = after;
    }
    shown + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repeated(line: &[&str]) -> String {
        repeatable(line.iter().map(|word| (*word).to_owned())).join(" ")
    }

    #[test]
    fn what_exec_is_to_run_is_not_repeated() {
        assert_eq!(
            repeated(&["tokcache", "exec", "--scope", "a", "--", "curl", "-u", "me:canary"]),
            "tokcache exec --scope a -- COMMAND"
        );
    }

    #[test]
    fn no_password_in_any_word_is_repeated() {
        for (word, expected) in [
            ("redis://me:canary@host/0", "URL"),
            ("redis://me:can/ary@host/0", "URL"),
            ("redis:me:canary@host", "URL"),
            ("postgres://host/db?password=canary", "URL"),
            ("postgres://me@host/db", "postgres://me@host/db"),
            ("sqlite:/a", "sqlite:/a"),
            ("file:/a/b", "file:/a/b"),
            ("memory:", "memory:"),
        ] {
            assert_eq!(repeated(&["t", "--store", word]), format!("t --store {expected}"));
            assert_eq!(repeated(&["t", &format!("--store={word}")]), format!("t --store={expected}"));
        }
        assert_eq!(repeated(&["t", "--authority", "https://me:canary@idp/t"]), "t --authority URL");
        assert_eq!(repeated(&["t", "https://idp/t?client_secret=canary"]), "t URL");
        assert_eq!(repeated(&["t", "--encrypt", "canary"]), "t --encrypt KEY");
        assert_eq!(
            repeated(&["t", "--encrypt=key-file:/k", "--account", "a@b"]),
            "t --encrypt=key-file:/k --account a@b"
        );
        assert_eq!(repeated(&["t", "--scope", "api://x/.default"]), "t --scope api://x/.default");
    }

    #[test]
    fn no_password_in_a_message_is_shown() {
        for (message, expected) in [
            ("at https://me:can/ary@idp.example/t now", "at https://...@idp.example/t now"),
            ("value 'redis://me:can ary@h' for a@b", "value 'redis://...@h' for a@b"),
            ("https://idp.example is not jane@lab.test", "https://idp.example is not jane@lab.test"),
            ("`http://a:b@c` and \"http://d:e@f\"", "`http://...@c` and \"http://...@f\""),
            ("no address", "no address"),
            ("ends in ://", "ends in ://"),
        ] {
            assert_eq!(without_passwords(message), expected);
        }
    }
}
