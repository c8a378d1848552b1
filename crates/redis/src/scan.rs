//! Listing the documents.
//!
//! `SCAN` visits the keys in small steps and in no order. A page in the order of names therefore needs one pass over all
//! keys, which keeps the smallest names that follow the last page. The memory is that of one page, and nothing is kept
//! between two pages. A document that exists during the whole pass is listed.

use std::collections::{BTreeMap, BTreeSet};

use redis::{Cmd, Value, cmd, from_redis_value};
use tokcache_core::store::Partition;

use crate::error::{Error, ErrorKind};
use crate::keys::{MARK, pattern};
use crate::link::Link;

/// Names in a page, which take about five megabytes.
const PAGE: usize = 50_000;

/// Keys that the server visits in one step, in about a millisecond.
const STEP: usize = 1000;

/// How often a page is listed again because the cluster was changed meanwhile.
const TRIES: usize = 3;

/// A server that keeps documents.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Primary {
    /// `HOST:PORT` in a cluster.
    pub(crate) name: String,
    /// A slot that the server has.
    slot: u16,
}

/// Returns all servers that keep documents.
pub(crate) async fn primaries(link: &Link) -> Result<Vec<Primary>, Error> {
    if !link.is_cluster() {
        return Ok(vec![Primary { name: String::new(), slot: 0 }]);
    }
    let slots = link.query(cmd("CLUSTER").arg("SLOTS")).await?;
    let primaries = slots_of(slots).ok_or_else(|| link.unexpected())?;
    Ok(primaries.into_values().collect())
}

/// Sends a command to one server.
pub(crate) async fn query(link: &Link, primary: &Primary, command: &Cmd) -> Result<Value, Error> {
    link.query_at(command, Some(primary.slot)).await
}

/// Returns the first names, in order, that begin with `start` and are greater than `after`.
pub(crate) async fn page(
    link: &Link,
    prefix: &str,
    start: &str,
    after: Option<&Partition>,
) -> Result<Vec<Partition>, Error> {
    for _ in 0..TRIES {
        let before = primaries(link).await?;
        let mut page = Page { prefix, start, after, names: BTreeSet::new() };
        for primary in &before {
            page.add_all(link, primary).await?;
        }
        if primaries(link).await? == before {
            return Ok(page.names.into_iter().map(Partition::named).collect());
        }
    }
    Err(Error::new(ErrorKind::ClusterDown, link.server(), "the cluster is being changed while it is listed"))
}

struct Page<'a> {
    prefix: &'a str,
    start: &'a str,
    after: Option<&'a Partition>,
    names: BTreeSet<String>,
}

impl Page<'_> {
    async fn add_all(&mut self, link: &Link, primary: &Primary) -> Result<(), Error> {
        let pattern = pattern(&format!("{}{}", self.prefix, self.start));
        let mut cursor = "0".to_owned();
        loop {
            let mut scan = cmd("SCAN");
            scan.arg(&cursor).arg("MATCH").arg(&pattern).arg("COUNT").arg(STEP).arg("TYPE").arg("string");
            let answer = query(link, primary, &scan).await?;
            let (next, keys) = from_redis_value::<(String, Vec<Vec<u8>>)>(answer).map_err(|_| link.unexpected())?;
            // The name of a partition is UTF-8.
            keys.into_iter().filter_map(|key| String::from_utf8(key).ok()).for_each(|key| self.add(&key));
            if next == "0" {
                return Ok(());
            }
            cursor = next;
        }
    }

    fn add(&mut self, key: &str) {
        let Some(name) = key.strip_prefix(self.prefix).filter(|name| name.starts_with(self.start)) else { return };
        if name.starts_with(MARK) || self.after.is_some_and(|after| name <= after.as_str()) {
            return;
        }
        self.names.insert(name.to_owned());
        if self.names.len() > PAGE {
            self.names.pop_last();
        }
    }
}

/// Returns the primaries by their identifiers. `CLUSTER SLOTS` answers
/// `[[first, last, [host, port, identifier, …], replica, …], …]`.
fn slots_of(slots: Value) -> Option<BTreeMap<String, Primary>> {
    let mut primaries = BTreeMap::new();
    for range in from_redis_value::<Vec<Vec<Value>>>(slots).ok()? {
        let [first, _last, primary, ..] = range.as_slice() else { return None };
        let slot: u16 = from_redis_value(first.clone()).ok()?;
        let primary: Vec<Value> = from_redis_value(primary.clone()).ok()?;
        let text = |at: usize| from_redis_value::<String>(primary.get(at)?.clone()).ok();
        let name = format!("{}:{}", text(0).unwrap_or_default(), text(1)?);
        primaries.entry(text(2)?).or_insert(Primary { name, slot });
    }
    Some(primaries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_the_smallest_names_behind_the_last_one() {
        let after = Partition::named("b");
        let mut page = Page { prefix: "p:", start: "", after: Some(&after), names: BTreeSet::new() };
        for key in ["p:c", "p:a", "p:b", "p:d", "p:#tokcache:lease:{p:a}:00", "q:c", "p:c"] {
            page.add(key);
        }
        assert_eq!(page.names.iter().collect::<Vec<_>>(), ["c", "d"]);
        (0..PAGE * 2).rev().for_each(|number| page.add(&format!("p:c{number:06}")));
        assert_eq!(page.names.len(), PAGE);
        assert_eq!(page.names.last().map(String::as_str), Some("c049998"));
    }
}
