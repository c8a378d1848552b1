//! Opens a page in the user's browser.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::cli::environment;

/// How long to wait for the program that starts a browser. Some become the browser, and run until the user closes it.
const SHORT_WAIT: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(20);

/// Why no browser can be opened.
pub(in crate::cli) struct NoBrowser(pub(in crate::cli) String);

/// Whether a browser can be expected to open on the screen of the user.
pub(super) fn ensure_browser() -> Result<(), NoBrowser> {
    openers().map(|_| ())
}

/// Opens `url` in the browser, without the variables that hold its secrets. The URL is an argument of a program, never
/// a part of a shell's line.
pub(super) fn open(url: &str, secret_variables: &[String]) -> Result<(), NoBrowser> {
    let mut why = String::new();
    for words in openers()? {
        let Some((program, arguments)) = words.split_first() else { continue };
        let has_place = arguments.iter().any(|word| word.contains("%s"));
        let arguments = arguments.iter().map(|word| word.replace("%s", url));
        let mut command = Command::new(program);
        command.args(arguments).args((!has_place).then_some(url));
        // stdout carries the answer of this command, and nothing else.
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        // A browser may live for weeks.
        for name in environment::SECRETS.into_iter().chain(secret_variables.iter().map(String::as_str)) {
            command.env_remove(name);
        }
        match command.spawn() {
            Ok(mut child) => {
                if is_started(&mut child) {
                    return Ok(());
                }
                why = format!("{program} failed");
            }
            Err(error) => why = format!("{program}: {error}"),
        }
    }
    Err(NoBrowser(why))
}

/// Whether the program ends well, or still runs after a short wait.
fn is_started(child: &mut Child) -> bool {
    for _ in 0..SHORT_WAIT.as_millis() / PAUSE.as_millis() {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) => thread::park_timeout(PAUSE),
            Err(_) => return false,
        }
    }
    true
}

/// Returns the command lines to try, one after the other.
fn openers() -> Result<Vec<Vec<String>>, NoBrowser> {
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    if let Some(browsers) = environment::browser() {
        let separator = if cfg!(windows) { ';' } else { ':' };
        let lines: Vec<_> = browsers.split(separator).map(words).filter(|words| !words.is_empty()).collect();
        if !lines.is_empty() {
            return Ok(lines);
        }
    }
    if environment::is_over_ssh() && !environment::has_screen() {
        return Err(NoBrowser("this is a session over SSH".to_owned()));
    }
    // `start` of cmd.exe would interpret characters of the URL.
    let windows = words("rundll32.exe url.dll,FileProtocolHandler");
    if cfg!(windows) {
        return Ok(vec![windows]);
    }
    if cfg!(target_os = "macos") {
        return Ok(vec![words("open")]);
    }
    if is_wsl() {
        return Ok(vec![words("wslview"), windows, words("xdg-open")]);
    }
    if !environment::has_screen() {
        return Err(NoBrowser("there is no screen: DISPLAY and WAYLAND_DISPLAY are not set".to_owned()));
    }
    Ok(vec![words("xdg-open"), words("gio open"), words("x-www-browser")])
}

/// Whether this is the Windows Subsystem for Linux, whose browser is that of Windows.
fn is_wsl() -> bool {
    let release = std::fs::read_to_string(Path::new("/proc/sys/kernel/osrelease")).unwrap_or_default();
    release.to_ascii_lowercase().contains("microsoft")
}
