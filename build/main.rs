//! Sets linker options on Linux, so that the program has little to do at its start (docs/startup.md).
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "cargo is told by lines, and a build that cannot be set up ends"
)]

use std::env;
use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build");
    let target = |part: &str| env::var(format!("CARGO_CFG_TARGET_{part}")).unwrap_or_default();
    match (target("OS").as_str(), target("ENV").as_str()) {
        ("linux", "gnu") if !is_static() => link_unwinder(),
        ("linux", "musl") if is_static() => {
            fold_identical_code();
            pack_relocations();
        }
        _ => {}
    }
}

/// Links the C compiler's `libgcc_eh.a` instead of `libgcc_s.so.1`. Finding, mapping and binding a second shared
/// library takes nine system calls at every start.
fn link_unwinder() {
    println!("cargo::rustc-link-lib=gcc_eh");
}

/// Stores the relocations as a bitmap (`DT_RELR`), in a hundredth of the space, because every start reads all of them.
/// The musl of an older Rust cannot read a bitmap, and the program would not start.
fn pack_relocations() {
    if minor_version() >= Some(93) {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}

/// Links with the linker that comes with Rust, because it keeps only one of several functions with the same code.
fn fold_identical_code() {
    let host = env::var("HOST").expect("cargo sets it");
    let folder = Path::new(rustc(["--print=sysroot"]).trim()).join("lib/rustlib").join(host).join("bin/gcc-ld");
    if folder.join("ld.lld").exists() {
        println!("cargo::rustc-link-arg-bins=-B{}", folder.display());
        println!("cargo::rustc-link-arg-bins=-fuse-ld=lld");
        println!("cargo::rustc-link-arg-bins=-Wl,--icf=all");
    }
}

/// Whether the program is linked statically. `CARGO_CFG_TARGET_FEATURE` describes all kinds of crates, so for musl it
/// does not tell.
fn is_static() -> bool {
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let flags = flags.split('\x1f').filter(|flag| !flag.is_empty());
    let target = env::var("TARGET").expect("cargo sets it");
    let words = ["--print=cfg", "--target", &target].into_iter().chain(flags);
    rustc(words).lines().any(|line| line == "target_feature=\"crt-static\"")
}

/// Returns the compiler's minor version: 93 for `rustc 1.93.0`.
fn minor_version() -> Option<u32> {
    rustc(["--version"]).split('.').nth(1)?.parse().ok()
}

/// Returns the compiler's output; empty if it does not know the option.
fn rustc<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let rustc = env::var_os("RUSTC").expect("cargo sets it");
    let output = Command::new(rustc).args(words).output().expect("it compiled this");
    String::from_utf8(output.stdout).unwrap_or_default()
}
