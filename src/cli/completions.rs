//! `tokcache completions`: the completion script of a shell.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::Failure;
use super::args::Arguments;
use crate::output;

#[derive(Args, Debug)]
pub(super) struct Input {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(input: &Input) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(input.shell, &mut Arguments::command(), "tokcache", &mut script);
    Ok(output::answer(&script)?)
}
