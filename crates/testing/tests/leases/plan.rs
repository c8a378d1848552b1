//! Random plans: the steps of several processes, and the answers of the provider.

use std::time::Duration;

use proptest::prelude::*;
use tokcache_testing::Fault;

use crate::{CLIENTS, USERS};

/// A step of one process.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Token { user: usize, force_refresh: bool },
    SignOut { user: usize },
    Wait { seconds: u64 },
    Fail(Fault),
    Mend,
}

/// How the provider answers a request, and after how long.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) kind: Kind,
    pub(crate) seconds: u64,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Tokens,
    /// A provider that does not rotate refresh tokens.
    SameRefreshToken,
    /// The server has redeemed the refresh token, but its answer is lost.
    Lost,
    NotSent,
    Page,
    Unavailable {
        retry_after: Option<u64>,
    },
    Busy {
        retry_after: Option<u64>,
    },
}

#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) processes: Vec<(usize, Vec<Step>)>,
    pub(crate) answers: Vec<Answer>,
    pub(crate) latency: Duration,
    pub(crate) lease_time: Duration,
    pub(crate) lock_timeout: Duration,
    pub(crate) retry_within: Duration,
}

pub(crate) fn plan() -> impl Strategy<Value = Plan> {
    let user = || 0..USERS.len();
    let fault = prop::sample::select(vec![Fault::Conflict, Fault::LostAnswer, Fault::Outage, Fault::Down]);
    let step = prop_oneof![
        8 => (user(), any::<bool>()).prop_map(|(user, force_refresh)| Step::Token { user, force_refresh }),
        1 => user().prop_map(|user| Step::SignOut { user }),
        4 => (0..4000_u64).prop_map(|seconds| Step::Wait { seconds }),
        1 => fault.prop_map(Step::Fail),
        1 => Just(Step::Mend),
    ];
    let process = (0..CLIENTS.len(), prop::collection::vec(step, 1..6));
    let retry_after = || prop::option::of(0..100_u64);
    let kind = prop_oneof![
        6 => Just(Kind::Tokens),
        2 => Just(Kind::SameRefreshToken),
        1 => Just(Kind::Lost),
        1 => Just(Kind::NotSent),
        1 => Just(Kind::Page),
        1 => retry_after().prop_map(|retry_after| Kind::Unavailable { retry_after }),
        1 => retry_after().prop_map(|retry_after| Kind::Busy { retry_after }),
    ];
    let answer =
        (kind, prop_oneof![3 => 0..2_u64, 1 => 0..300_u64]).prop_map(|(kind, seconds)| Answer { kind, seconds });
    let seconds = |longest: u64| (0..longest).prop_map(Duration::from_secs);
    let processes = prop::collection::vec(process, 2..5);
    let answers = prop::collection::vec(answer, 1..12);
    let milliseconds = (1..2000_u64).prop_map(Duration::from_millis);
    let lease_time = (10..120_u64).prop_map(Duration::from_secs);
    (processes, answers, milliseconds, lease_time, seconds(200), seconds(200)).prop_map(
        |(processes, answers, latency, lease_time, lock_timeout, retry_within)| Plan {
            processes,
            answers,
            latency,
            lease_time,
            lock_timeout,
            retry_within,
        },
    )
}
