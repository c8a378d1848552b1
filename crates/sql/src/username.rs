//! The user name in a document: the only part that the store reads.

use tokcache_core::cache::Snapshot;

/// The limit in characters. An index entry of PostgreSQL may have 2,700 bytes.
const LONGEST: usize = 256;

/// Returns the name that all accounts of the document have, in lower case. `None` if the accounts have different names,
/// if there is no account, or if the document is encrypted, damaged or no cache.
pub(crate) fn username(document: &[u8]) -> Option<String> {
    // An encrypted document does not begin with a brace.
    if document.trim_ascii_start().first() != Some(&b'{') {
        return None;
    }
    let accounts = Snapshot::scan(document).ok()?.accounts(None);
    let mut names = accounts.iter().map(|account| folded(&account.username));
    let first = names.next()?;
    (!first.is_empty() && !first.contains('\0') && names.all(|name| name == first)).then_some(first)
}

/// Returns the form in which user names are compared.
pub(crate) fn folded(name: &str) -> String {
    name.to_lowercase().chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(names: &[&str]) -> Option<String> {
        let accounts: Vec<String> = names
            .iter()
            .enumerate()
            .map(|(at, name)| {
                format!(
                    r#""{at}": {{"home_account_id": "{at}.t", "environment": "idp.example.com", "username": "{name}"}}"#
                )
            })
            .collect();
        username(format!(r#"{{"Account": {{{}}}}}"#, accounts.join(", ")).as_bytes())
    }

    #[test]
    fn the_name_is_that_of_all_accounts_in_lower_case() {
        assert_eq!(of(&["Alice@Example.com"]).as_deref(), Some("alice@example.com"));
        assert_eq!(of(&["Ärzte@example.com", "ärzte@example.com"]).as_deref(), Some("ärzte@example.com"));
        assert_eq!(of(&["alice", "bob"]), None);
        assert_eq!(of(&[""]), None);
        assert_eq!(of(&[]), None);
        assert_eq!(of(&["a\\u0000b"]), None, "PostgreSQL has no such text");
        assert_eq!(of(&["ä".repeat(1000).as_str()]).map(|name| name.chars().count()), Some(LONGEST));
    }

    #[test]
    fn what_cannot_be_read_has_no_name() {
        for document in
            [&b""[..], b"\x01\x02", b"{\"Account\": {\"a\": {\"username\": \"al", b"[]", b"{}", b"{\"Account\": 1}"]
        {
            assert_eq!(username(document), None);
        }
    }
}
