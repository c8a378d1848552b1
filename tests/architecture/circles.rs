//! In each folder, imports point one way: no file or folder imports from one that imports from it, directly or through
//! others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::{library_crates, read, rust_files};

/// The names of a module or an item, from the root of its crate.
type Names = Vec<String>;

/// The imports between the files and folders of one folder.
type Arrows = BTreeMap<String, BTreeSet<String>>;

#[test]
fn no_file_or_folder_is_in_a_circle_with_others() {
    let of_crates = library_crates().into_iter().map(|name| format!("crates/{name}/src"));
    let mut circles = Vec::new();
    for root in of_crates.chain(["src".to_owned()]) {
        for (folder, arrows) in folders(&root) {
            let in_circle: Vec<_> = arrows.keys().filter(|name| is_reached(name, name, &arrows)).collect();
            if !in_circle.is_empty() {
                circles.push(format!("{root}/{}: {in_circle:?}", folder.join("/")));
            }
        }
    }
    assert!(circles.is_empty(), "{circles:#?}");
}

/// Whether `goal` is imported from `start`, directly or through others.
fn is_reached(goal: &String, start: &String, arrows: &Arrows) -> bool {
    let mut seen = BTreeSet::new();
    let mut next: Vec<&String> = arrows[start].iter().collect();
    while let Some(name) = next.pop() {
        if name == goal {
            return true;
        }
        if seen.insert(name) {
            next.extend(arrows.get(name).into_iter().flatten());
        }
    }
    false
}

/// Returns the arrows in each folder of a crate, without those of unit tests. A file that imports from the `mod.rs` above
/// it makes no arrow.
fn folders(root: &str) -> BTreeMap<Names, Arrows> {
    let sources: BTreeMap<Names, String> =
        rust_files(root).iter().map(|file| (module(file), read(Path::new(root).join(file)))).collect();
    let mut folders: BTreeMap<Names, Arrows> = BTreeMap::new();
    for (from, source) in sources.iter().filter(|(from, _)| from.last().is_none_or(|name| name != "tests")) {
        for to in imports(source, from) {
            let common = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
            let is_module = sources.keys().any(|module| to.get(..=common).is_some_and(|to| module.starts_with(to)));
            if let (Some(one), Some(other), true) = (from.get(common), to.get(common), is_module) {
                let arrows = folders.entry(from[..common].to_vec()).or_default();
                arrows.entry(one.clone()).or_default().insert(other.clone());
            }
        }
    }
    folders
}

fn module(file: &Path) -> Names {
    let names = file.iter().filter_map(|name| name.to_str()).map(|name| name.trim_end_matches(".rs"));
    names.filter(|name| !matches!(*name, "lib" | "main" | "mod")).map(str::to_owned).collect()
}

/// Returns the paths in a file that begin with `crate` or `super`, from the root of the crate.
fn imports(source: &str, module: &Names) -> Vec<Names> {
    let source = source.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let code: String = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let is_of_name = |character: char| character.is_alphanumeric() || matches!(character, '_' | ':');
    let starts = ["crate::", "super::"].into_iter().flat_map(|word| code.match_indices(word));
    let starts = starts.filter(|(at, _)| !code[..*at].ends_with(is_of_name));
    let found = starts.flat_map(|(at, _)| {
        let rest = &code[at..];
        let path = &rest[..rest.find(|character| !is_of_name(character)).unwrap_or(rest.len())];
        let group = rest[path.len()..].strip_prefix('{').and_then(|rest| rest.split('}').next());
        let items: Vec<&str> = group.map_or_else(|| vec![""], |group| group.split(',').map(str::trim).collect());
        items.into_iter().map(|item| absolute(&format!("{path}{item}"), module)).collect::<Vec<_>>()
    });
    found.collect()
}

fn absolute(path: &str, module: &Names) -> Names {
    let names = path.split("::").filter(|name| !name.is_empty());
    let mut all = if path.starts_with("crate") { Names::new() } else { module.clone() };
    for name in names {
        match name {
            "crate" => {}
            "super" => drop(all.pop()),
            name => all.push(name.to_owned()),
        }
    }
    all
}
