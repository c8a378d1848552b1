//! No file imports from a file that imports from it, directly or through others.

use std::collections::{BTreeMap, BTreeSet};

use crate::{library_crates, read, rust_files};

type Module = Vec<String>;

#[test]
fn no_file_is_in_a_circle_with_others() {
    let of_crates = library_crates().into_iter().map(|name| format!("crates/{name}/src"));
    for folder in of_crates.chain(["src".to_owned()]) {
        let imports = imports(&folder);
        for start in imports.keys() {
            let mut seen = BTreeSet::new();
            let mut next: Vec<&Module> = imports[start].iter().collect();
            while let Some(module) = next.pop() {
                assert_ne!(module, start, "{folder}: {} is in a circle with {:?}", start.join("::"), names(&seen));
                if seen.insert(module) {
                    next.extend(&imports[module]);
                }
            }
        }
    }
}

fn names(modules: &BTreeSet<&Module>) -> Vec<String> {
    modules.iter().map(|module| module.join("::")).collect()
}

/// Returns the imports of each file that is not a `mod.rs`, without its unit tests. Imports through a common folder do
/// not count.
fn imports(folder: &str) -> BTreeMap<Module, BTreeSet<Module>> {
    let files = rust_files(folder);
    let module = |path: &std::path::Path| -> Module {
        let parts = path.iter().filter_map(|part| part.to_str()).map(|part| part.trim_end_matches(".rs"));
        parts.map(str::to_owned).collect()
    };
    let is_part =
        |module: &Module| !matches!(module.last().map(String::as_str), Some("mod" | "lib" | "main" | "tests"));
    let sources: BTreeMap<Module, String> = files
        .iter()
        .map(|file| (module(file), read(std::path::Path::new(folder).join(file))))
        .filter(|(module, _)| is_part(module))
        .collect();
    let taken = |module: &Module, source: &str| {
        let source = source.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        let paths =
            source.lines().filter_map(|line| line.strip_prefix("use ").or_else(|| line.strip_prefix("pub use ")));
        paths.filter_map(|path| absolute(path, module)).filter_map(|path| longest(path, &sources)).collect()
    };
    sources
        .iter()
        .map(|(module, source)| {
            let mut taken: BTreeSet<Module> = taken(module, source);
            taken.remove(module);
            (module.clone(), taken)
        })
        .collect()
}

/// Returns the names of a path from the crate's root.
fn absolute(path: &str, module: &Module) -> Option<Module> {
    let mut names: Vec<&str> = path.split("::").map(|name| name.trim_end_matches(';')).collect();
    let mut base = module.clone();
    match *names.first()? {
        "crate" => base.clear(),
        "super" => {}
        _ => return None,
    }
    while names.first() == Some(&"super") {
        base.pop();
        names.remove(0);
    }
    base.extend(names.into_iter().filter(|name| *name != "crate").map(str::to_owned));
    Some(base)
}

fn longest(mut path: Module, files: &BTreeMap<Module, String>) -> Option<Module> {
    while !path.is_empty() {
        if files.contains_key(&path) {
            return Some(path);
        }
        path.pop();
    }
    None
}
