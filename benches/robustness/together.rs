//! Two processes of a program beside two of tokcache, all writing one file.

use std::time::Duration;

use crate::crowd::{FileTimes, Neighbour, Pace, Report, write_together};

pub(crate) fn run(contender: Neighbour, time: Duration) -> String {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache.json");
    let members = [Neighbour::Tokcache, Neighbour::Tokcache, contender, contender];
    let reports = write_together(&cache, &members, FileTimes::FourMilliseconds, Pace::steady(time), || ());
    let (of_tokcache, others) = reports.split_at(2);
    let lost = |reports: &[Report]| reports.iter().map(|report| report.lost).sum::<u64>();
    let writes: u64 = others.iter().map(|report| report.writes).sum();
    format!("lost {} of {writes}; tokcache lost {}", lost(others), lost(of_tokcache))
}
