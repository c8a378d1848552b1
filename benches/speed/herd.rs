//! Measures many processes that find a token expired at the same time.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::contender::{Spread, found};
use crate::harness::{Home, Provider, REFRESH_TOKEN, SCOPE};
use crate::refresh::{signed_in, time, trust_only};
use crate::{Program, rounds};

const HERD: usize = 200;
/// The number of runs, of which the median is reported.
const HERDS: u32 = 15;

pub(crate) fn show(programs: &[Program], provider: &Provider, effort: f64) {
    println!("{HERD} processes at once on an expired token:\n");
    for (name, program) in programs {
        let home = signed_in(provider);
        let before = provider.token_requests(REFRESH_TOKEN);
        let [mut refresh, mut warm, mut cold] = [const { Vec::new() }; 3];
        for _ in 0..rounds(effort, HERDS) {
            let mut token = home.command(program);
            trust_only(provider, &mut token);
            refresh.push(time(token.args(["token", "--scope", SCOPE, "--force-refresh"])));
            warm.push(herd(provider, &home, program));
            home.cache.expire_access_tokens();
            cold.push(herd(provider, &home, program));
        }
        let refreshes = provider.token_requests(REFRESH_TOKEN) - before - refresh.len();
        let [refresh, warm, cold] = [refresh, warm, cold].map(|times| Spread::of(&times).median);
        println!(
            "{name:<18} {cold:>6.0} ms, {:.1} refreshes; one refresh and {HERD} cached tokens: {:.0} ms; ratio {:.2}",
            refreshes as f64 / rounds(effort, HERDS) as f64,
            refresh + warm,
            cold / (refresh + warm)
        );
    }
    println!();
}

/// Returns the time from the release of all processes to the end of the last one.
fn herd(provider: &Provider, home: &Home, program: &Path) -> Duration {
    let (gate, opener) = std::io::pipe().unwrap();
    let herd: Vec<_> = (0..HERD)
        .map(|_| {
            let mut waiting = home.command(found("sh"));
            trust_only(provider, &mut waiting);
            waiting.args(["-c", "read -r _; exec \"$0\" \"$@\" </dev/null >/dev/null"]).arg(program);
            // Some processes report that they wait.
            waiting.args(["token", "--scope", SCOPE]).stderr(Stdio::null());
            waiting.stdin(gate.try_clone().unwrap()).spawn().unwrap()
        })
        .collect();
    let started = Instant::now();
    drop(opener);
    for mut child in herd {
        assert!(child.wait().unwrap().success());
    }
    started.elapsed()
}
