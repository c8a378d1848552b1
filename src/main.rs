//! The `tokcache` command.

mod cli;
mod output;

use std::process::ExitCode;

/// musl's own takes each page from the system and gives it back: a tenth of what a cached token takes
/// (docs/startup.md).
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

fn main() -> ExitCode {
    cli::run()
}
