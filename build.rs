//! Links the unwinder into the program on Linux with glibc: `libgcc_eh.a` of the C compiler that links it anyway,
//! instead of `libgcc_s.so.1`. To find, map and bind a second shared library takes nine system calls at every start.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target = |part: &str| std::env::var(format!("CARGO_CFG_TARGET_{part}")).unwrap_or_default();
    let is_static = target("FEATURE").split(',').any(|feature| feature == "crt-static");
    if target("OS") == "linux" && target("ENV") == "gnu" && !is_static {
        println!("cargo::rustc-link-lib=gcc_eh");
    }
}
