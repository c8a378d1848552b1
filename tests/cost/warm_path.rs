//! What of the program is kept together for a cached token, and for who waits for one: `build/main.rs`.

use std::collections::BTreeSet;
use std::ops::Range;
use std::process::Command;

use crate::support::{answer_of, put};
use crate::valgrind::executed;
use crate::waiting::executed_waiting;
use crate::warm_home::Provider::{self, Entra, Oidc};
use crate::warm_home::{WarmHome, build_static, root, static_program};

/// Bytes that Linux maps at a page fault (`fault_around_bytes`).
const PIECE: u64 = 64 * 1024;
const MOST_PIECES: usize = 12;
const MOST_PIECES_OF_WHO_WAITS: usize = 14;

#[test]
fn a_cached_token_needs_few_pieces_of_the_program() {
    for provider in [Entra, Oidc] {
        let pieces = pieces(&warm(provider, static_program()));
        assert!(pieces <= MOST_PIECES, "{provider:?}: {pieces} pieces of 64 KB; {WRITE}");
    }
}

#[test]
fn who_waits_for_a_token_needs_few_more() {
    let pieces = pieces(&executed_waiting(static_program()));
    assert!(pieces <= MOST_PIECES_OF_WHO_WAITS, "{pieces} pieces of 64 KB; {WRITE}");
}

const WRITE: &str = "cargo test --test cost -- --ignored writes build/*_path.txt again, for this code and compiler";

fn pieces(executed: &BTreeSet<u64>) -> usize {
    executed.iter().map(|address| address / PIECE).collect::<BTreeSet<_>>().len()
}

#[test]
#[ignore = "writes build/warm_path.txt and build/waiting_path.txt"]
fn write_the_paths() {
    let program = build_static("target/warm_path", &[("CARGO_PROFILE_RELEASE_STRIP", "false")]);
    let functions = functions(&program);
    let warm = patterns(&functions, &[Entra, Oidc].map(|provider| warm(provider, &program)));
    let waiting = patterns(&functions, &[executed_waiting(&program)]);
    let further = waiting.difference(&warm).cloned().collect();
    for (list, patterns) in [("warm", warm), ("waiting", further)] {
        let lines: String = patterns.iter().map(|name| format!("{name}\n")).collect();
        put(&root().join(format!("build/{list}_path.txt")), lines);
    }
}

/// The addresses of the instructions that a cached token takes.
fn warm(provider: Provider, program: &str) -> BTreeSet<u64> {
    let home = WarmHome::at(provider);
    executed(&home.command(program), &home.token())
}

/// Those of the functions that were executed. One may have several names, of which its section has one.
fn patterns(functions: &[Function], executed: &[BTreeSet<u64>]) -> BTreeSet<String> {
    let is_executed =
        |function: &&Function| executed.iter().any(|all| all.range(function.addresses.clone()).next().is_some());
    functions.iter().filter(is_executed).map(|function| pattern(&function.name)).collect()
}

struct Function {
    addresses: Range<u64>,
    name: String,
}

/// Those of a program that is not stripped. `nm` comes with the linker.
fn functions(program: &str) -> Vec<Function> {
    let symbols = answer_of(&Command::new("nm").args(["--print-size", program]).output().unwrap());
    let function = |line: &str| {
        let [start, size, kind, name] = line.split(' ').collect::<Vec<_>>().try_into().ok()?;
        let [start, size] = [start, size].map(|number| u64::from_str_radix(number, 16));
        let (start, size) = (start.ok()?, size.ok()?);
        "tTwW".contains(kind).then(|| Function { addresses: start..start + size, name: name.to_owned() })
    };
    symbols.lines().filter_map(function).collect()
}

/// The name without the numbers by which compilers tell crates and instances apart: the hash at the end of a legacy
/// name, the disambiguators of crates in one of the v0 scheme, and LLVM's behind a full stop.
fn pattern(name: &str) -> String {
    if let Some(hash) = name.strip_prefix("_ZN").and_then(|_| name.rfind("17h")) {
        return format!("{}*", &name[..hash + 3]);
    }
    let (name, number) = name.split_once('.').map_or((name, ""), |(name, _)| (name, "*"));
    let mut parts = name.split("Cs");
    let first = parts.next().unwrap_or_default().to_owned();
    let pattern = parts.fold(first, |pattern, part| match part.split_once('_') {
        Some((_, rest)) => format!("{pattern}Cs*_{rest}"),
        None => format!("{pattern}Cs{part}"),
    });
    pattern + number
}
