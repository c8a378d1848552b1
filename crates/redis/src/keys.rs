//! The keys of a partition. The document has the plain key that MSAL programs use. The other keys are in the same slot of
//! a cluster, so that one script can use them all.

use redis::cluster_routing::Slot;
use tokcache_core::secret::fingerprint;
use tokcache_core::store::Partition;

use crate::error::Error;

/// Follows the prefix in every key that is not a document's.
pub(crate) const MARK: &str = "#tokcache:";

/// The keys of one partition.
#[derive(Clone)]
pub(crate) struct Keys {
    pub(crate) document: String,
    /// The parts of the other keys before and after the kind.
    beside: (String, String),
}

/// The keys of one lease.
#[derive(Clone)]
pub(crate) struct LeaseKeys {
    pub(crate) lease: String,
    /// The number of the last holder.
    pub(crate) fence: String,
}

impl Keys {
    /// # Errors
    /// The name of the partition is reserved for the keys of this crate.
    pub(crate) fn new(prefix: &str, partition: &Partition) -> Result<Self, Error> {
        let document = document(prefix, partition)?;
        let beside = (format!("{prefix}{MARK}"), tag(prefix, &document));
        Ok(Keys { document, beside })
    }

    pub(crate) fn lease(&self, credential: &str) -> LeaseKeys {
        let credential = fingerprint(credential.as_bytes());
        let key = |kind| format!("{}:{credential}", self.key(kind));
        LeaseKeys { lease: key("lease"), fence: key("fence") }
    }

    /// Returns the key of the notes of all credentials.
    pub(crate) fn notes(&self) -> String {
        self.key("notes")
    }

    fn key(&self, kind: &str) -> String {
        let (begin, end) = &self.beside;
        format!("{begin}{kind}:{end}")
    }
}

/// Returns the key of the document of a partition.
///
/// # Errors
/// The name of the partition is reserved for the keys of this crate.
pub(crate) fn document(prefix: &str, partition: &Partition) -> Result<String, Error> {
    let name = partition.as_str();
    if name.starts_with(MARK) {
        return Err(Error::settings(format!("the name of a partition cannot begin with {MARK}")));
    }
    Ok([prefix, name].concat())
}

/// Returns the hash tag that puts the other keys into the slot of the document: the document's key in braces. If that key
/// is empty or has braces itself, a number that has the same slot replaces it. A hash tag in the prefix takes precedence.
fn tag(prefix: &str, document: &str) -> String {
    if !document.is_empty() && !document.contains(['{', '}']) {
        return format!("{{{document}}}");
    }
    let slot = Slot::for_key(document);
    let mut numbers = (0_u32..).map(|number| number.to_string());
    let number = numbers.find(|number| prefix.contains('{') || Slot::for_key(number) == slot);
    format!("{{{}}}{}", number.unwrap_or_default(), fingerprint(document.as_bytes()))
}

/// Returns the `SCAN` pattern for all keys that begin with this text.
pub(crate) fn pattern(start: &str) -> String {
    let mut pattern = String::with_capacity(start.len() + 1);
    for letter in start.chars() {
        if matches!(letter, '*' | '?' | '[' | ']' | '\\' | '^' | '-') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('*');
    pattern
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn all_keys_of_a_partition_are_in_one_slot_and_begin_with_the_prefix() {
        let partitions = ["", "uid.utid", "a}b", "a{b", "{}", "{tag}rest", "ä*?", "client.tenant_AppTokenCache"];
        for prefix in ["", "msal:", "{app}:", "a}b:"] {
            let mut seen = HashSet::new();
            for partition in partitions {
                let keys = Keys::new(prefix, &Partition::named(partition)).unwrap();
                assert_eq!(keys.document, format!("{prefix}{partition}"));
                let (one, two) = (keys.lease("one"), keys.lease("two"));
                for key in [one.lease, one.fence, two.lease, two.fence, keys.notes()] {
                    assert!(key.starts_with(&format!("{prefix}{MARK}")), "{key}");
                    assert!(Slot::for_key(&key) == Slot::for_key(&keys.document), "{key} beside {}", keys.document);
                    assert!(seen.insert(key));
                }
            }
        }
    }

    #[test]
    fn no_partition_has_the_name_of_another_key() {
        assert!(Keys::new("msal:", &Partition::named("#tokcache:lease")).is_err());
    }

    #[test]
    fn a_pattern_means_its_letters() {
        assert_eq!(pattern("a*[b-c]?\\"), "a\\*\\[b\\-c\\]\\?\\\\*");
    }
}
