//! Files that are made from the sources alone, and the crates.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::dist::{Copy, ELSEWHERE, ROOT, URL, dist, shell};
use crate::support::{names, put};

#[test]
fn two_builds_in_different_folders_give_the_same_bytes() {
    let copy = Copy::new();
    let other = copy.build(ELSEWHERE);
    shell(dist(), &format!("diff -r . '{}'", other.display()));
}

#[test]
fn the_notes_are_the_section_of_the_version() {
    let copy = Copy::new();
    let changelog = "# Changelog\n\n## [Unreleased]\n\n- next\n\n## [0.10.0] - 2027-01-01\n\n- ten\n\n\
                     ## [0.1.0] - 2026-12-01\n\n### Added\n\n- one\n\n[0.1.0]: https://example.com\n";
    put(&copy.folder().join("CHANGELOG.md"), changelog);
    let notes = |version: &str| copy.run(&format!("release/notes {version}"));
    assert_eq!(String::from_utf8(notes("0.1.0").stdout).unwrap(), "### Added\n\n- one\n");
    assert_eq!(String::from_utf8(notes("0.10.0").stdout).unwrap(), "- ten\n");
    assert_eq!(String::from_utf8(notes("0.2.0").stdout).unwrap(), "- next\n");
    put(&copy.folder().join("CHANGELOG.md"), "# Changelog\n");
    assert_eq!(notes("0.2.0").status.code(), Some(1));
}

#[test]
fn the_bill_of_materials_has_what_is_compiled_into_the_program_and_nothing_else() {
    let path = |target: &str| dist().join(format!("tokcache-{}-{target}.cdx.json", env!("CARGO_PKG_VERSION")));
    let for_windows = fs::read_to_string(path("x86_64-pc-windows-gnu")).unwrap();
    assert!(for_windows.contains("\"windows-sys\"") && !for_windows.contains("\"keyutils\""));
    let document: Value = serde_json::from_slice(&fs::read(path("x86_64-unknown-linux-musl")).unwrap()).unwrap();
    assert_eq!((document["bomFormat"].as_str(), document["specVersion"].as_str()), (Some("CycloneDX"), Some("1.5")));
    let lock: toml::Table = fs::read_to_string(Path::new(ROOT).join("Cargo.lock")).unwrap().parse().unwrap();
    let locked = lock["package"].as_array().unwrap();
    let components = document["components"].as_array().unwrap();
    let mut names = Vec::new();
    for component in components {
        let text = |member: &str| component[member].as_str().unwrap().to_owned();
        let is_it = |package: &&toml::Value| {
            package["name"].as_str() == Some(&text("name")) && package["version"].as_str() == Some(&text("version"))
        };
        let package = locked.iter().find(is_it).unwrap();
        let sum = component["hashes"][0]["content"].as_str();
        assert_eq!(sum, package.get("checksum").and_then(toml::Value::as_str), "{component}");
        assert_ne!(component["licenses"][0]["expression"], "NOASSERTION");
        assert_eq!(text("purl"), format!("pkg:cargo/{}@{}", text("name"), text("version")));
        names.push(text("name"));
    }
    for name in ["clap", "ring", "rustls", "serde_json", "tokcache-core"] {
        assert!(names.iter().any(|own| own == name), "{name} is missing");
    }
    for name in ["axum", "cc", "proptest", "tiny_http", "tokcache-testing", "trycmd", "windows-sys"] {
        assert!(!names.iter().any(|own| own == name), "{name} is not in the program");
    }
    let references: Vec<_> = document["dependencies"].as_array().unwrap().iter().map(|entry| &entry["ref"]).collect();
    assert_eq!(references.len(), components.len() + 1);
    assert!(components.iter().all(|component| references.contains(&&component["bom-ref"])));
}

/// Returns a program that `tests/run release` has installed, which runs `check.py`.
fn check() -> String {
    format!("'{ROOT}/target/e2e/release-checks/bin/python' '{ROOT}/tests/release/check.py'")
}

#[test]
fn the_bill_of_materials_is_valid_by_the_schema_of_cyclonedx() {
    let path = names(dist()).into_iter().find(|name| name.ends_with(".cdx.json")).unwrap();
    shell(dist(), &format!("{} bom {path}", check()));
    // The control: what the schema does not know is refused.
    let document = fs::read_to_string(dist().join(path)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (from, to) in [("\"type\": \"library\"", "\"type\": \"crate\""), ("\"SHA-256\"", "\"SHA-255\"")] {
        assert!(document.contains(from));
        put(&folder.path().join("wrong.json"), document.replacen(from, to, 1));
        shell(folder.path(), &format!("! {} bom wrong.json", check()));
    }
}

#[test]
fn ruby_reads_the_formula_and_every_file_that_it_installs_is_in_the_sources() {
    let formula = dist().join("tokcache.rb");
    assert_eq!(shell(dist(), "ruby -wc tokcache.rb 2>&1"), "Syntax OK\n");
    let folder = tempfile::tempdir().unwrap();
    let version = env!("CARGO_PKG_VERSION");
    shell(folder.path(), &format!("tar xzf '{}/tokcache-{version}.tar.gz'", dist().display()));
    let sources = folder.path().join(format!("tokcache-{version}"));
    let said = shell(&sources, &format!("ruby -w '{ROOT}/tests/release/formula.rb' '{}'", formula.display()));
    for line in [
        &format!("url {URL}/tokcache-{version}.tar.gz"),
        "license any_of MIT Apache-2.0",
        "depends_on rust build",
        "run cargo install --locked --path .",
        "bash_completion completions/tokcache.bash tokcache",
        "zsh_completion completions/_tokcache _tokcache",
        "fish_completion completions/tokcache.fish tokcache.fish",
        "man1 man/tokcache.1 tokcache.1",
        "man5 man/tokcache-profiles.5 tokcache-profiles.5",
    ] {
        assert!(said.lines().any(|own| own == line), "{line}: {said}");
    }
}

#[test]
fn the_formula_has_the_sum_of_the_sources() {
    let formula = fs::read_to_string(dist().join("tokcache.rb")).unwrap();
    assert!(formula.contains(&format!("url \"{URL}/tokcache-{}.tar.gz\"", env!("CARGO_PKG_VERSION"))), "{formula}");
    let archive = format!("tokcache-{}.tar.gz", env!("CARGO_PKG_VERSION"));
    let sum = shell(dist(), &format!("sha256sum {archive} | cut -d' ' -f1"));
    assert!(formula.contains(&format!("sha256 \"{}\"", sum.trim())), "{formula}");
    assert!(!formula.contains('@'), "{formula}");
    let listed = shell(dist(), &format!("tar tzf {archive}"));
    for name in ["Cargo.lock", "src/main.rs", "completions/_tokcache", "crates/core/src/lib.rs"] {
        assert!(listed.lines().any(|line| line.ends_with(&format!("/{name}"))), "{name}");
    }
}

/// `cargo binstall` fills the templates of `Cargo.toml` in.
#[test]
fn cargo_binstall_finds_the_program_in_each_archive() {
    let manifest: toml::Table = fs::read_to_string(Path::new(ROOT).join("Cargo.toml")).unwrap().parse().unwrap();
    let settings = &manifest["package"]["metadata"]["binstall"];
    for (target, ending, list) in [
        ("x86_64-unknown-linux-musl", "", "tar tzf"),
        ("x86_64-pc-windows-gnu", ".exe", "python3 -m zipfile --list"),
        ("x86_64-pc-windows-msvc", ".exe", "python3 -m zipfile --list"),
    ] {
        let own = settings["overrides"].get(target);
        let template = |name: &str| {
            let text = own.and_then(|own| own.get(name)).unwrap_or(&settings[name]).as_str().unwrap();
            let values = [("name", "tokcache"), ("bin", "tokcache"), ("version", env!("CARGO_PKG_VERSION"))];
            let values = values.into_iter().chain([("target", target), ("binary-ext", ending)]);
            values.fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{ {name} }}"), value))
        };
        let url = template("pkg-url");
        let (release, archive) = url.rsplit_once('/').unwrap();
        assert_eq!(release, format!("{{ repo }}/releases/download/v{}", env!("CARGO_PKG_VERSION")));
        assert!(archive.ends_with(if template("pkg-fmt") == "tgz" { ".tar.gz" } else { ".zip" }));
        let listed = shell(dist(), &format!("{list} '{archive}'"));
        let program = template("bin-dir");
        assert!(listed.lines().any(|line| line.split(' ').next() == Some(&program)), "{program}: {listed}");
    }
}

#[test]
fn the_winget_manifest_has_the_sum_of_the_zip_file() {
    let name = format!("tokcache-{}-x86_64-pc-windows-gnu", env!("CARGO_PKG_VERSION"));
    let sum = shell(dist(), &format!("sha256sum {name}.zip | cut -d' ' -f1")).trim().to_uppercase();
    let manifest = fs::read_to_string(dist().join("tokcache.tokcache.installer.yaml")).unwrap();
    for line in [format!("  InstallerUrl: {URL}/{name}.zip"), format!("  InstallerSha256: {sum}")] {
        assert!(manifest.lines().any(|own| own == line), "{line}: {manifest}");
    }
    let read: Value = serde_json::from_str(&shell(dist(), &format!("{} winget .", check()))).unwrap();
    let own: toml::Table = fs::read_to_string(Path::new(ROOT).join("Cargo.toml")).unwrap().parse().unwrap();
    let package = own["package"].as_table().unwrap();
    // The values are without quotes, so YAML could take them for something else.
    for kind in ["version", "defaultLocale", "installer"] {
        let manifest = &read[kind];
        assert_eq!(manifest["PackageVersion"].as_str(), package["version"].as_str(), "{manifest}");
        assert_eq!(
            (&manifest["PackageIdentifier"], &manifest["ManifestVersion"]),
            (&"tokcache.tokcache".into(), &"1.6.0".into())
        );
    }
    assert_eq!(read["defaultLocale"]["ShortDescription"].as_str(), package["description"].as_str());
    let file = &read["installer"]["NestedInstallerFiles"][0];
    assert_eq!(file["RelativeFilePath"], format!("{name}\\tokcache.exe"));
    let installer = &read["installer"]["Installers"][0];
    assert_eq!((&installer["Architecture"], &installer["InstallerSha256"]), (&"x64".into(), &sum.clone().into()));
    let listed = shell(dist(), &format!("python3 -m zipfile -l {name}.zip"));
    assert!(manifest.contains(&format!("{name}\\tokcache.exe")) && listed.contains(&format!("{name}/tokcache.exe")));
    let folder = tempfile::tempdir().unwrap();
    let archive = dist().join(format!("{name}.zip"));
    shell(folder.path(), &format!("python3 -m zipfile --extract '{}' .", archive.display()));
    let licences = fs::read_to_string(folder.path().join(name).join("THIRD-PARTY.txt")).unwrap();
    assert!(licences.contains("\nring ") && licences.contains("\nwindows-sys ") && !licences.contains("\ntrycmd "));
}

#[test]
fn each_crate_says_what_it_is_and_holds_its_licences() {
    let metadata = shell(Path::new(ROOT), "cargo metadata --offline --locked --no-deps --format-version 1");
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let published: Vec<_> = packages.iter().filter(|package| package["publish"].is_null()).collect();
    assert!(published.len() > 8, "the crates were not found");
    for package in published {
        let name = package["name"].as_str().unwrap();
        assert!(package["description"].as_str().is_some_and(|text| text.len() > 30), "{name}");
        assert_eq!(package["license"], "MIT OR Apache-2.0", "{name}");
        assert!(!package["keywords"].as_array().unwrap().is_empty(), "{name}");
        assert!(!package["categories"].as_array().unwrap().is_empty(), "{name}");
        let mut list = Command::new("cargo");
        list.args(["package", "--list", "--allow-dirty", "--offline", "--locked", "--package", name]);
        let output = list.current_dir(ROOT).output().unwrap();
        let listed = String::from_utf8(output.stdout).unwrap();
        for file in ["LICENSE-APACHE", "LICENSE-MIT"] {
            assert!(listed.lines().any(|line| line == file), "{name} has no {file}: {listed}");
        }
    }
}
