//! Runs two processes of another program and two of tokcache that all write one file.

use std::time::Duration;

use crate::crowd::{FileTimes, Neighbour, Pace, Report, write_together};

pub(crate) fn run(contender: Neighbour, time: Duration) -> String {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache.json");
    let members = [Neighbour::Tokcache, Neighbour::Tokcache, contender, contender];
    let reports = write_together(&cache, &members, FileTimes::FourMilliseconds, Pace::steady(time), || ());
    let (of_tokcache, others) = reports.split_at(2);
    let lost = |reports: &[Report]| {
        let sum = |count: fn(&Report) -> u64| reports.iter().map(count).sum::<u64>();
        format!("lost {} of {}", sum(|report| report.lost), sum(|report| report.writes))
    };
    format!("{}; tokcache {}", lost(others), lost(of_tokcache))
}
