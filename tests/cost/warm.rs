//! Counts the costs of a cached token.

use crate::calls::{calls_until, named, result};
use crate::counts::compare;
use crate::support::strace::{is_within, name};
use crate::valgrind::instructions;
use crate::warm_home::Provider::{self, Entra, Oidc};
use crate::warm_home::{WarmHome, static_program};

/// The maximum size of the static program in bytes. Its time depends little on its size, but downloads and memory do.
const LARGEST: u64 = 9_000_000;

#[test]
fn a_cached_token_costs_two_files_read_and_one_answer_written() {
    two_files_read_and_one_answer_written(Entra);
}

#[test]
fn a_cached_token_of_any_other_provider_costs_no_call_more() {
    two_files_read_and_one_answer_written(Oidc);
}

fn two_files_read_and_one_answer_written(provider: Provider) {
    let home = WarmHome::at(provider);
    let calls = calls_until(0, &home.command(static_program()));

    let writes = named(&calls, &["write", "writev", "pwrite64", "sendto", "sendmsg"]);
    let token_and_line_end = home.token().len() as i64 + 1;
    assert_eq!(writes.iter().map(|call| result(call)).collect::<Vec<_>>(), [token_and_line_end], "{writes:#?}");
    assert!(writes[0].starts_with("write(1"), "{writes:#?}");

    let opened = named(&calls, &["open", "openat", "creat"]);
    assert_eq!(opened.len(), 2, "the profile and the cache: {opened:#?}");
    assert!(opened.iter().all(|call| call.contains("O_RDONLY") && !call.contains("O_CREAT")), "{opened:#?}");

    // The list has no lock, sync, socket, thread, file change, random number or pause.
    const ALLOWED: [&str; 26] = [
        "arch_prctl",
        "brk",
        "close",
        "execve",
        "exit_group",
        "fstat",
        "getcwd",
        "geteuid",
        "ioctl",
        "mmap",
        "mprotect",
        "prctl",
        "mremap",
        "munmap",
        "openat",
        "poll",
        "read",
        "readv",
        "rt_sigaction",
        "rt_sigprocmask",
        "set_tid_address",
        "sigaltstack",
        "lstat",
        "statx",
        "write",
        "+++ exited with 0 +++",
    ];
    let others: Vec<_> = calls.iter().filter(|call| !ALLOWED.contains(&name(call))).collect();
    assert!(others.is_empty(), "{others:#?}");
    compare("cached_token_system_calls", calls.len() as u64);
}

/// Ignores the calls of the machine's C library and loader before the program starts.
#[test]
fn a_program_linked_as_usual_does_as_little_once_it_runs_and_loads_no_unwinder() {
    let home = WarmHome::at(Entra);
    let calls = calls_until(0, &home.command(env!("CARGO_BIN_EXE_tokcache")));
    let first = calls.iter().position(|call| is_within(home.folder(), call)).expect("it reads its profile");
    let own = &calls[first..];
    compare("cached_token_own_system_calls_dynamic", own.len() as u64);
    let unwinder: Vec<_> = calls.iter().filter(|call| call.contains("libgcc_s")).collect();
    assert!(unwinder.is_empty(), "build/main.rs links another in: {unwinder:#?}");
}

#[test]
fn a_cached_token_costs_few_instructions() {
    for (provider, name) in [(Entra, "entra"), (Oidc, "oidc")] {
        compare(&format!("cached_token_instructions_{name}"), instructions_of(&WarmHome::at(provider)));
    }
}

#[test]
fn each_further_token_costs_few_instructions() {
    let [few, many] = [100, 200].map(|tokens| instructions_of(&WarmHome::with(Entra, tokens)));
    compare("instructions_for_each_further_token", (many - few) / 100);
}

fn instructions_of(home: &WarmHome) -> u64 {
    instructions(&home.command(static_program()), &home.token())
}

/// The cache has half a megabyte.
#[test]
fn a_large_cache_is_never_in_memory_as_a_whole() {
    let calls = calls_until(0, &WarmHome::with(Entra, 200).command(static_program()));
    let memory: u64 = named(&calls, &["mmap", "mremap"]).into_iter().map(length).sum();
    compare("memory_for_a_cache_of_any_size", memory);
}

/// Returns the number of bytes that a call requests.
fn length(call: &str) -> u64 {
    let length = call.split(", ").nth(1).and_then(|length| length.parse().ok());
    length.unwrap_or_else(|| panic!("no length: {call}"))
}

#[test]
fn the_static_program_is_small() {
    let size = std::fs::metadata(static_program()).unwrap().len();
    assert!(size <= LARGEST, "{size} bytes");
}

/// As a list of addresses, every start would read 270 KB.
#[test]
fn the_static_program_s_relocations_are_packed() {
    let program = std::fs::read(static_program()).unwrap();
    let section = b"\0.relr.dyn\0";
    let is_packed = program.windows(section.len()).any(|bytes| bytes == section);
    assert!(is_packed, "build/main.rs has it done, for Rust 1.93 and newer");
}
