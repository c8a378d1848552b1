//! Compares the counts with the recorded ones in `counts.toml`.
//!
//! `TOKCACHE_RECORD=1 cargo test --test cost` records them again.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use crate::support::put;
use crate::warm_home::root;

/// The allowed increase of a count in percent. It permits a new field or flag, but not a second pass over the cache.
const TOLERANCE: u64 = 10;

const HEADER: &str = "\
# The costs of the program, recorded by `TOKCACHE_RECORD=1 cargo test --test cost`.
# A test fails if it counts a tenth more than is recorded here.
# Record a higher count in the commit that causes it, and give the reason in docs/startup.md.
";

static FILE: Mutex<()> = Mutex::new(());

/// Fails if `counted` exceeds the recorded count of this name by more than a tenth. Records it if requested.
pub(crate) fn compare(name: &str, counted: u64) {
    let _lock = FILE.lock().unwrap_or_else(PoisonError::into_inner);
    let path = root().join("tests/cost/counts.toml");
    let mut counts = read(&path);
    if std::env::var_os("TOKCACHE_RECORD").is_some() {
        counts.insert(name.to_owned(), counted);
        let lines: String = counts.iter().map(|(name, count)| format!("{name} = {count}\n")).collect();
        put(&path, format!("{HEADER}\n{lines}"));
        return;
    }
    let recorded = *counts.get(name).unwrap_or_else(|| panic!("{name} is not in counts.toml"));
    let most = recorded + (recorded * TOLERANCE).div_ceil(100);
    assert!(counted <= most, "{name}: {counted}, recorded {recorded}, at most {most}");
}

fn read(path: &PathBuf) -> BTreeMap<String, u64> {
    toml::from_str(&fs::read_to_string(path).unwrap_or_default()).unwrap()
}
