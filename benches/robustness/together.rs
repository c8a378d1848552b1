//! Two processes of a program beside two of tokcache, all writing one file.

use std::time::Duration;

use crate::crowd::{FileTimes, Neighbour, Pace, write_together};

pub(crate) fn run(contender: Neighbour, time: Duration) -> String {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache.json");
    let members = [Neighbour::Tokcache, Neighbour::Tokcache, contender, contender];
    let reports = write_together(&cache, &members, FileTimes::FourMilliseconds, Pace::steady(time), || ());
    let sum = |of: &[crate::crowd::Report]| -> (u64, u64, u64) {
        of.iter().fold((0, 0, 0), |sum, one| (sum.0 + one.lost, sum.1 + one.writes, sum.2 + one.failures))
    };
    let (lost, writes, failures) = sum(&reports[2..]);
    let (lost_by_tokcache, ..) = sum(&reports[..2]);
    format!("{lost} of {writes} entries lost, {failures} saves failed; of tokcache's {lost_by_tokcache}")
}
