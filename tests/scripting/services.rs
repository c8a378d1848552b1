//! The lines for cron and systemd, run by the real ones in a namespace of their own.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, ExitStatus, Output};

use rustix::process::geteuid;

use crate::page::block;
use crate::site::{NoToken, Site, check};
use crate::support::{put, text};

/// Starts cron with the jobs of the machine hidden, and waits for the job of the crontab to end.
const CRON: &str = "
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /var/spool/cron/crontabs
mount -t tmpfs tmpfs /etc/cron.d
mount --bind /dev/null /etc/crontab
crontab page
crontab now
cron -f &
";

/// Starts systemd for a user, and the service.
const SYSTEMD: &str = "
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/system /run/user/0
export XDG_RUNTIME_DIR=/run/user/0
systemd-analyze verify --user --man=no .config/systemd/user/notes.timer
/lib/systemd/systemd --user >systemd.log 2>&1 &
tries=0
until systemctl --user show-environment >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ $tries -lt 400 ]
    sleep 0.05
done
systemctl --user enable --now notes.timer 2>/dev/null
systemctl --user is-active notes.timer >timer
systemctl --user start notes 2>/dev/null || true
systemctl --user show -P ActiveState notes >service
systemctl --user show -P ExecMainStatus notes >status
";

/// Runs a script as root, with its own mounts and processes, until there is a file `status`. Returns the streams of the
/// job, which are the files `out` and `err`, with that status.
#[track_caller]
fn run_apart(site: &Site, script: &str) -> Output {
    let folder = site.home.folder().display();
    let settings = [("HOME", "."), ("TOKCACHE_CONFIG_DIR", "config"), ("TOKCACHE_STATE_DIR", "state")];
    let settings: String =
        settings.iter().map(|(name, place)| format!("export {name}='{}'\n", site.home.path(place).display())).collect();
    let wait = "tries=0\nuntil [ -s status ]; do tries=$((tries + 1)); [ $tries -lt 600 ]; sleep 0.05; done\n";
    let path = "export PATH=/usr/sbin:/usr/bin:/sbin:/bin\n";
    put(&site.home.path("apart"), format!("set -e\ncd '{folder}'\n{path}{settings}{script}{wait}"));
    let mut words = vec!["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh"];
    if !geteuid().is_root() {
        words.splice(0..0, ["sudo", "--non-interactive"]);
    }
    let ran = Command::new(words[0]).args(&words[1..]).arg(site.home.path("apart")).output().unwrap();
    assert!(ran.status.success(), "needs root: {}", text(&ran.stderr));
    let read = |name: &str| fs::read(site.home.path(name)).unwrap_or_default();
    let status = text(&read("status")).trim().parse::<i32>().unwrap();
    Output { status: ExitStatus::from_raw(status << 8), stdout: read("out"), stderr: read("err") }
}

/// cron waits for the minute that the page names, so the same command is started at once by `@reboot`.
#[test]
fn cron_starts_nothing() {
    check(
        |status| status,
        |site| {
            let page = site.file("page", "cron", 0);
            let line = fs::read_to_string(page).unwrap();
            let (schedule, command) = line.trim_end().split_at("7 * * * * ".len());
            assert_eq!(schedule, "7 * * * * ");
            let settings = ["config", "state"]
                .map(|name| format!("TOKCACHE_{}_DIR={}\n", name.to_uppercase(), site.home.path(name).display()));
            let job = format!("@reboot {command} >out 2>err; echo $? >status\n");
            put(&site.home.path("now"), format!("HOME={}\n{}{job}", site.home.folder().display(), settings.concat()));
            run_apart(site, CRON)
        },
    );
}

fn run_service(site: &Site) -> Output {
    let units = site.home.path(".config/systemd/user");
    fs::create_dir_all(units.join("notes.service.d")).unwrap();
    site.file(".config/systemd/user/notes.service", "systemd", 0);
    site.file(".config/systemd/user/notes.timer", "systemd", 1);
    // There is no journal.
    let streams = ["Output", "Error"].into_iter().zip(["out", "err"]);
    let streams: String =
        streams.map(|(name, file)| format!("Standard{name}=file:{}\n", site.home.path(file).display())).collect();
    put(&units.join("notes.service.d/streams.conf"), format!("[Service]\n{streams}"));
    run_apart(site, SYSTEMD)
}

#[test]
fn a_service_of_systemd_fails() {
    check(|status| status, run_service);
}

#[test]
fn systemd_tries_again_after_an_outage_only() {
    for (why, expected) in [(NoToken::SignedOut, "failed\n"), (NoToken::Outage, "activating\n")] {
        let site = Site::without_token(why);
        run_service(&site);
        assert_eq!(fs::read_to_string(site.home.path("service")).unwrap(), expected, "{why:?}");
        assert_eq!(fs::read_to_string(site.home.path("timer")).unwrap(), "active\n");
    }
    assert!(block("systemd", 0).contains("RestartPreventExitStatus=2 3 4 6 7 9"));
}
