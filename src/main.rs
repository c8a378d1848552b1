//! The `tokcache` command.

mod cli;
#[cfg(feature = "serve")]
mod endpoint;
mod output;

use std::process::ExitCode;

/// musl's allocator maps and unmaps every page, which takes a tenth of the time of a cached token (docs/startup.md).
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

fn main() -> ExitCode {
    cli::run()
}
