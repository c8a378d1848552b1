//! Measures a cached token in large caches, with the requested token at the end.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::cache::Cache;
use crate::contender::{Contender, compete};
use crate::{Program, rounds};

/// The numbers of tokens and of rounds.
const SIZES: [(usize, u32); 5] = [(1, 200), (100, 200), (1_000, 60), (10_000, 15), (100_000, 5)];
/// The numbers of accounts with three tokens each, and of rounds.
const CROWDS: [(usize, u32); 4] = [(1, 200), (334, 60), (1_000, 60), (10_000, 10)];
/// The capacity of a pipe in bytes.
const PIPE: usize = 65_536;

pub(crate) fn show(programs: &[Program], effort: f64) {
    println!("A cached token out of more and more, as multiples of `cat` of the same file, and of the file's size:\n");
    table("tokens of one account", &SIZES, &Cache::write, programs, effort);
    println!("The same of the account in the middle, named by `--account`:\n");
    table("accounts of 3 tokens", &CROWDS, &Cache::of_accounts, programs, effort);
}

fn table(what: &str, sizes: &[(usize, u32)], write: &dyn Fn(&Path, usize) -> Cache, programs: &[Program], effort: f64) {
    print!("{what:>22} {:>8} {:>10}", "MB", "cat ms");
    programs.iter().for_each(|(name, _)| print!(" {name:>18} {:>10}", "memory"));
    println!();
    for &(size, most) in sizes.iter().filter(|(size, _)| effort > 0.0 || *size <= 100) {
        let folder = tempfile::tempdir().unwrap();
        let cache = write(folder.path(), size);
        row(&cache, size, rounds(effort, most), programs);
    }
    println!();
}

fn row(cache: &Cache, tokens: usize, rounds: usize, programs: &[Program]) {
    let mut cat = Command::new("cat");
    cat.arg(&cache.path);
    let mut contenders = vec![Contender::new("cat", cat, std::fs::read(&cache.path).unwrap())];
    let token = format!("{}\n", cache.token);
    contenders
        .extend(programs.iter().map(|(name, program)| Contender::new(*name, cache.ask(program), token.as_bytes())));
    compete(&mut contenders, rounds);
    let cat = contenders[0].spread().median;
    let size = cache.path.metadata().unwrap().len() as f64;
    print!("{tokens:>22} {:>8.2} {cat:>10.2}", size / 1e6);
    for (contender, (_, program)) in contenders[1..].iter().zip(programs) {
        let memory = peak_memory(cache.ask(program)) as f64;
        print!(" {:>18.2} {:>10}", contender.spread().median / cat, megabytes(memory, size));
    }
    println!();
}

fn megabytes(memory: f64, size: f64) -> String {
    // For small files, the memory that every process needs dominates.
    if size < 1e7 { format!("{:.1} MB", memory / 1e6) } else { format!("{:.2}", memory / size) }
}

/// Returns the peak resident memory of the process in bytes, at the moment when it prints its answer. A full pipe keeps
/// it waiting there.
#[expect(clippy::disallowed_methods, reason = "another process is waited for, in real time")]
fn peak_memory(mut command: Command) -> u64 {
    let (mut reader, mut writer) = std::io::pipe().unwrap();
    writer.write_all(&[0; PIPE]).unwrap();
    let mut child = command.stdin(Stdio::null()).stdout(writer).spawn().unwrap();
    drop(command);
    let status = format!("/proc/{}/status", child.id());
    let line = |name: &str| {
        let status = std::fs::read_to_string(&status).unwrap();
        status.lines().find_map(|line| line.strip_prefix(name).map(|rest| rest.trim().to_owned())).unwrap_or_default()
    };
    while !line("State:").starts_with('S') {
        sleep(Duration::from_millis(1));
    }
    let kilobytes: u64 = line("VmHWM:").trim_end_matches(" kB").parse().unwrap();
    let mut rest = Vec::new();
    reader.read_to_end(&mut rest).unwrap();
    assert!(child.wait().unwrap().success() && rest.len() > PIPE);
    kilobytes * 1024
}
