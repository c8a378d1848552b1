//! The packages, made from a copy of the repository.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::support::{names, text, without_cargo};

pub(crate) const ROOT: &str = env!("CARGO_MANIFEST_DIR");

pub(crate) const URL: &str = "https://downloads.example.com/tokcache";

/// The lines of a shell before a second build: other times, another time zone and other default modes.
pub(crate) const ELSEWHERE: &str =
    "umask 077; export TZ=Asia/Tokyo LANG=de_DE.UTF-8; find . -exec touch -h -d 2020-01-01 {} +";

/// The folder of maturin, which `tests/run release` has installed.
pub(crate) const BIN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/e2e/release/bin");

/// Returns the static program, which `tests/run release` has built.
pub(crate) fn program() -> PathBuf {
    let program = Path::new(ROOT).join("target/x86_64-unknown-linux-musl/release/tokcache");
    assert!(program.exists(), "cargo static builds {}", program.display());
    program
}

/// A copy of the repository's files with a history of its own.
pub(crate) struct Copy {
    folder: TempDir,
}

impl Copy {
    pub(crate) fn new() -> Copy {
        let folder = tempfile::tempdir().unwrap();
        let script = "cd \"$1\" && git ls-files -co --exclude-standard -z | xargs -0 cp -P --parents -t \"$2\" && cd \"$2\" && \
                      git init -q && git add -A && git -c user.name=a -c user.email=a@b -c commit.gpgsign=false commit -qm 1";
        let mut copy = Command::new("bash");
        copy.args(["-c", script, "copy", ROOT]).arg(folder.path());
        let copied = copy.env("GIT_AUTHOR_DATE", "1700000000 +0").env("GIT_COMMITTER_DATE", "1700000000 +0").output();
        let copied = copied.unwrap();
        assert!(copied.status.success(), "{}", text(&copied.stderr));
        Copy { folder }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runs a script of the folder `release` with this shell line.
    pub(crate) fn run(&self, line: &str) -> Output {
        let mut shell = Command::new("bash");
        shell.args(["-c", line]).current_dir(self.folder()).env("RELEASE_URL", URL).env("CARGO_NET_OFFLINE", "true");
        shell.output().unwrap()
    }

    /// Makes the packages, and returns their folder. `before` is run before that in the same shell. The packages do not
    /// depend on what the program does, so the one for Linux takes the place of that for Windows.
    pub(crate) fn build(&self, before: &str) -> PathBuf {
        let program = program();
        self.build_with(before, &format!("--program '{0}' --program-for-windows '{0}'", program.display()))
    }

    /// Builds the programs and makes all packages, which takes minutes.
    pub(crate) fn build_all(&self, before: &str) -> PathBuf {
        // The script installs cargo-auditable if it is missing.
        self.build_with(&format!("export PATH='{BIN}':\"$PATH\" CARGO_NET_OFFLINE=false; {before}"), "")
    }

    fn build_with(&self, before: &str, options: &str) -> PathBuf {
        let built = self.run(&format!("{before}; release/build {options} dist"));
        assert!(built.status.success(), "{}", text(&built.stderr));
        self.folder().join("dist")
    }
}

/// The beginning of the names of the folders with packages. The process id follows.
const PREFIX: &str = "release-";

/// Removes the packages of processes that have ended.
fn remove_those_of_past_runs(folder: &Path) {
    for name in names(folder) {
        let process = name.strip_prefix(PREFIX).filter(|process| !Path::new("/proc").join(process).exists());
        if process.is_some() {
            let _ = std::fs::remove_dir_all(folder.join(&name));
        }
    }
}

/// Returns the packages that all cases read.
pub(crate) fn dist() -> &'static Path {
    static DIST: OnceLock<PathBuf> = OnceLock::new();
    DIST.get_or_init(|| {
        let copy = Copy::new();
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        remove_those_of_past_runs(folder);
        let dist = folder.join(format!("{PREFIX}{}", std::process::id()));
        let moved = Command::new("cp").arg("-r").arg(copy.build("true")).arg(&dist).status().unwrap();
        assert!(moved.success());
        dist
    })
}

/// Runs a shell line in a folder, which must succeed, and returns its output.
#[track_caller]
pub(crate) fn shell(folder: &Path, line: &str) -> String {
    let mut shell = Command::new("bash");
    shell.args(["-euo", "pipefail", "-c", line]).current_dir(folder);
    let output = without_cargo(&mut shell).output().unwrap();
    assert!(output.status.success(), "{line}: {}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}
