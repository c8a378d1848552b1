//! A cached token out of caches that have grown; the one that is wanted comes last.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::cache::Cache;
use crate::contender::{Contender, compete};
use crate::{Program, rounds};

/// How many tokens, and how many rounds.
const SIZES: [(usize, u32); 5] = [(1, 200), (100, 200), (1_000, 60), (10_000, 15), (100_000, 5)];
/// How many accounts of three tokens each, and how many rounds.
const CROWDS: [(usize, u32); 4] = [(1, 200), (334, 60), (1_000, 60), (10_000, 10)];
/// What a pipe holds before whoever writes to it has to wait.
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
    // What every process has says nothing of the file.
    if size < 1e7 { format!("{:.1} MB", memory / 1e6) } else { format!("{:.2}", memory / size) }
}

/// The most memory, in bytes, that the process has had resident when it comes to print its answer: it is kept waiting
/// there by a pipe that is full.
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
