//! The `tokcache` command.

fn main() {}
