//! The manual pages, as the formatters show them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::text;

fn pages() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("man");
    let mut pages: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.sort();
    assert!(pages.len() > 20, "{pages:?}");
    pages
}

fn run(program: &str, arguments: &[&str], page: &Path) -> Output {
    let mut command = Command::new(program);
    command.args(arguments).arg(page).env("LC_ALL", "C.UTF-8").env("MANWIDTH", "80").env("MANPAGER", "cat");
    command.output().unwrap_or_else(|error| panic!("{program} is needed: {error}"))
}

#[test]
fn the_formatters_show_every_page_without_a_warning() {
    for page in pages() {
        let groff = run("groff", &["-man", "-ww", "-Tutf8"], &page);
        assert!(groff.status.success() && groff.stderr.is_empty(), "{}: {}", page.display(), text(&groff.stderr));
        let lint = run("mandoc", &["-T", "lint", "-W", "warning"], &page);
        assert!(lint.status.success() && lint.stdout.is_empty(), "{}: {}", page.display(), text(&lint.stdout));
    }
}

#[test]
fn man_shows_what_the_command_is_for_its_flags_and_its_examples() {
    for page in pages() {
        let shown = run("man", &["--warnings", "-l"], &page);
        let (page, shown, errors) = (page.display(), text(&shown.stdout), text(&shown.stderr));
        assert!(errors.is_empty(), "{page}: {errors}");
        let plain: String = shown.lines().map(|line| format!("{}\n", line.trim_end())).collect();
        for heading in ["NAME", "DESCRIPTION", "SEE ALSO"] {
            assert!(plain.contains(&format!("\n{heading}\n")), "{page}: {shown}");
        }
        assert!(plain.contains("\nEXAMPLES\n") || page.to_string().ends_with("tokcache-help.1"), "{page}: {shown}");
        assert!(!shown.contains('`') && !shown.contains("\\f"), "{page}: {shown}");
    }
}
