//! The packages, installed as a user installs them.

use std::env::home_dir;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::geteuid;

use crate::dist::{BIN, Copy, ELSEWHERE, ROOT, dist, shell};
use crate::support::home::Home;
use crate::support::{is_long, text};

const VERSION: &str = env!("CARGO_PKG_VERSION");

const TARGET: &str = "x86_64-unknown-linux-musl";

/// The program prints its version and the token of a cache.
#[track_caller]
fn assert_works(program: &Path) {
    let home = Home::signed_in();
    let run = |arguments: &[&str]| {
        let output = home.command(program).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout)
    };
    assert_eq!(run(&["--version"]), format!("tokcache {VERSION}\n"));
    assert_eq!(run(&["token"]), "AT-bob\n");
}

#[test]
fn a_tarball_has_the_program_its_completions_and_all_licences() {
    let folder = tempfile::tempdir().unwrap();
    let name = format!("tokcache-{VERSION}-{TARGET}");
    shell(dist(), "sha256sum --check --strict SHA256SUMS && [ $(ls | wc -l) -eq $(($(wc -l <SHA256SUMS) + 1)) ]");
    shell(folder.path(), &format!("tar xzf '{}/{name}.tar.gz'", dist().display()));
    let unpacked = folder.path().join(name);
    assert_works(&unpacked.join("tokcache"));
    let manual = ["man/tokcache.1", "man/tokcache-token.1", "man/tokcache-profiles.5"];
    let files = ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE", "completions/_tokcache"];
    for file in files.into_iter().chain(manual) {
        assert_eq!(fs::read(unpacked.join(file)).unwrap(), fs::read(Path::new(ROOT).join(file)).unwrap(), "{file}");
    }
    let licences = fs::read_to_string(unpacked.join("THIRD-PARTY.txt")).unwrap();
    assert!(licences.contains("\nring ") && licences.contains("\nclap ") && !licences.contains("\ntrycmd "));
    assert!(licences.contains("Permission is hereby granted"));
}

/// The root has nothing but the package and the lists of dpkg: the program needs no library.
#[test]
fn a_deb_is_installed_run_and_removed_on_a_clean_root() {
    let root = tempfile::tempdir().unwrap();
    let package = dist().join(format!("tokcache_{VERSION}_amd64.deb"));
    let script = "
        mkdir -p \"$1/var/lib/dpkg/info\" \"$1/var/lib/dpkg/updates\" \"$1/tmp\" \"$1/home\"
        touch \"$1/var/lib/dpkg/status\" \"$1/var/lib/dpkg/available\"
        dpkg --root=\"$1\" --install \"$2\" >&2
        dpkg --root=\"$1\" --status tokcache
        cp -r \"$3/.\" \"$1/home\"
        chroot \"$1\" /usr/bin/tokcache --version
        TOKCACHE_CONFIG_DIR=/home/config TOKCACHE_STATE_DIR=/home/state chroot \"$1\" /usr/bin/tokcache token
        dpkg --root=\"$1\" --verify tokcache
        dpkg --root=\"$1\" --listfiles tokcache
        dpkg --root=\"$1\" --remove tokcache >&2
        find \"$1/usr\" -type f 2>/dev/null | sed s,^,LEFT:, || true";
    let home = Home::signed_in();
    let as_root: &[&str] =
        if geteuid().is_root() { &["bash"] } else { &["unshare", "--user", "--map-root-user", "bash"] };
    let mut install = Command::new(as_root[0]);
    install.args(&as_root[1..]).args(["-euo", "pipefail", "-c", script, "install"]);
    install.arg(root.path()).arg(package).arg(home.folder()).env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    let output = install.output().unwrap();
    let shown = text(&output.stdout);
    assert!(output.status.success(), "{shown}{}", text(&output.stderr));
    assert!(shown.contains("\nStatus: install ok installed\n"), "{shown}");
    assert!(shown.contains(&format!("\ntokcache {VERSION}\nAT-bob\n")), "{shown}");
    for file in [
        "/usr/bin/tokcache",
        "/usr/share/bash-completion/completions/tokcache",
        "/usr/share/zsh/vendor-completions/_tokcache",
        "/usr/share/fish/vendor_completions.d/tokcache.fish",
        "/usr/share/doc/tokcache/copyright",
        "/usr/share/man/man1/tokcache.1.gz",
        "/usr/share/man/man1/tokcache-token.1.gz",
        "/usr/share/man/man5/tokcache-profiles.5.gz",
    ] {
        assert!(shown.lines().any(|line| line == file), "{file}: {shown}");
    }
    assert!(!shown.contains("LEFT:"), "{shown}");
}

/// maturin builds the program as the tests do, without optimisation: a release would take minutes.
#[test]
fn a_wheel_is_installed_by_pip() {
    let folder = tempfile::tempdir().unwrap();
    let build =
        format!("'{BIN}/maturin' build --locked --strip --compatibility linux --out '{}'", folder.path().display());
    shell(Path::new(ROOT), &build);
    let licences = "release/third-party x86_64-unknown-linux-musl";
    let add = format!(
        "{licences} >'{0}/THIRD-PARTY.txt' && release/wheel '{0}'/*.whl '{0}/THIRD-PARTY.txt'",
        folder.path().display()
    );
    shell(Path::new(ROOT), &add);
    let program = install_wheel(folder.path());
    assert_works(&program);
}

/// Compares the files of a wheel with its list.
const CHECK: &str = "
import base64, hashlib, sys, zipfile
wheel = zipfile.ZipFile(sys.argv[1])
[record] = [name for name in wheel.namelist() if name.endswith('/RECORD')]
listed = [line.split(',') for line in wheel.read(record).decode().splitlines()]
assert sorted(name for name, *_ in listed) == sorted(wheel.namelist()), listed
for name, digest, length in listed:
    if name != record:
        content = wheel.read(name)
        own = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b'=').decode()
        assert (digest, int(length)) == ('sha256=' + own, len(content)), name";

/// Installs the wheel of this folder in an environment of its own. Returns the program.
fn install_wheel(folder: &Path) -> PathBuf {
    shell(folder, "python3 -m venv venv && venv/bin/pip install --quiet --no-index --no-deps ./tokcache-*.whl");
    let metadata = shell(folder, "venv/bin/pip show tokcache");
    assert!(metadata.contains(&format!("Version: {VERSION}\n")), "{metadata}");
    shell(folder, &format!("python3 -c \"{CHECK}\" tokcache-*.whl"));
    let licences = shell(folder, "cat venv/lib/python3*/site-packages/tokcache-*.dist-info/licenses/*");
    assert!(["Apache License", "Permission is hereby granted", "ring 0."].iter().all(|text| licences.contains(text)));
    folder.join("venv/bin/tokcache")
}

/// Prints the names in the list of dependencies that cargo-auditable writes.
const NAMES: &str = "
import json, sys, zlib
for package in json.loads(zlib.decompress(sys.stdin.buffer.read()))['packages']:
    print(package['name'])";

/// Compiles everything four times, so the quick form leaves it out.
#[test]
fn whole_builds_in_two_folders_give_the_same_packages_whose_programs_list_their_dependencies() {
    if !is_long() {
        return;
    }
    let (copy, other) = (Copy::new(), Copy::new());
    let (packages, others) = (copy.build_all("true"), other.build_all(ELSEWHERE));
    shell(&packages, &format!("diff -r . '{}'", others.display()));

    assert_works(&install_wheel(&packages));
    let linux = format!("tokcache-{VERSION}-{TARGET}");
    let windows = format!("tokcache-{VERSION}-x86_64-pc-windows-gnu");
    shell(&packages, &format!("tar xzf {linux}.tar.gz && python3 -m zipfile --extract {windows}.zip ."));
    shell(&packages, &format!("cmp {linux}/tokcache venv/bin/tokcache"));
    for (program, own) in [(format!("{linux}/tokcache"), "ring"), (format!("{windows}/tokcache.exe"), "windows-sys")] {
        // The paths of this machine would make it another program elsewhere.
        for path in [copy.folder(), &home_dir().unwrap().join(".cargo")] {
            shell(&packages, &format!("! grep --quiet --fixed-strings '{}' {program}", path.display()));
        }
        let section = format!("objcopy --dump-section .dep-v0=list {program} copy && python3 -c \"{NAMES}\" <list");
        let listed = shell(&packages, &section);
        assert!(listed.lines().any(|line| line == own) && listed.lines().any(|line| line == "tokcache"), "{listed}");
    }
}

/// Compiles everything again, so the quick form leaves it out.
#[test]
fn the_packed_crates_can_be_installed_with_their_lock_file() {
    if !is_long() {
        return;
    }
    let copy = Copy::new();
    let crates = "cargo package --locked --no-verify --workspace --exclude tokcache-sandbox --exclude tokcache-webapp";
    let script = format!(
        "{crates} --target-dir packed && cargo vendor --locked --quiet vendor >/dev/null
        for crate in packed/package/*.crate; do
            name=$(basename \"$crate\" .crate)
            tar xzf \"$crate\" -C vendor
            printf '{{\"files\":{{}},\"package\":\"%s\"}}' \"$(sha256sum <\"$crate\" | cut -d' ' -f1)\" >\"vendor/$name/.cargo-checksum.json\"
        done
        cp -r vendor/tokcache-{VERSION} own
        # Otherwise cargo takes the folder for a member of the workspace above it.
        echo '[workspace]' >>own/Cargo.toml
        cargo install --debug --locked --offline --path own --root installed \
            --config 'source.crates-io.replace-with=\"packed\"' --config \"source.packed.directory=\\\"$PWD/vendor\\\"\""
    );
    shell(copy.folder(), &script);
    assert_works(&copy.folder().join("installed/bin/tokcache"));
}
