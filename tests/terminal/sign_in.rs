//! The device code on different terminals.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::support::home::Home;
use crate::support::provider::{Provider, device_authorization, generous};
use crate::support::terminal::Terminal;
use crate::support::{in_wsl, put_program, text, wrapped};

/// The second line of `WDJB-MJHT` in large characters.
const LARGE: &str = "█ ▄ █ █   █    █  █▄▄▄▀ ▄▄▄▄▄ █ █ █    █  █▄▄▄█   █";

const CLIPBOARD_WRITE: &str = "\u{1b}]52;";

/// A provider that signs everybody in, at an address that has the code.
pub(crate) fn provider() -> Provider {
    provider_with("user_code", json!("WDJB-MJHT"))
}

fn provider_with(member: &'static str, value: Value) -> Provider {
    Provider::start(move |path, form| match path {
        "/tenant/device" => {
            let mut authorization = device_authorization();
            authorization["verification_uri_complete"] = json!("https://idp.example.com/device?user_code=WDJB-MJHT");
            authorization[member] = value.clone();
            (200, authorization)
        }
        _ => generous(path, form),
    })
}

/// Signs in on a terminal of this width and with these variables. Returns everything that it has shown.
#[track_caller]
fn shown(provider: &Provider, columns: u16, variables: &[(&'static str, &str)], flags: &str) -> String {
    let mut home = Home::empty();
    for (name, value) in [("TERM", "xterm"), ("LANG", "C.UTF-8")].iter().chain(variables) {
        home.set(name, *value);
    }
    let line = format!("login --authority {}/tenant --client-id app --scope api:read{flags}", provider.address());
    let output = Terminal::of_width(columns, &home.program(&line)).end();
    let shown = text(&output.stderr);
    assert!(output.status.success(), "{shown}");
    assert!(output.stdout.is_empty(), "{shown}");
    assert!(shown.contains("\n    https://idp.example.com/device\n"), "{shown}");
    assert!(shown.contains("WDJB-MJHT"), "the code can be copied: {shown}");
    shown
}

fn has_countdown(shown: &str) -> bool {
    shown.contains("\rWaiting for you to sign in, 0:59 left")
        || shown.contains("\rWaiting for you to sign in, 1:00 left")
}

#[test]
fn the_code_is_large_and_bold_and_the_countdown_goes_away() {
    let shown = shown(&provider(), 60, &[], "");
    assert!(shown.contains("\n    \u{1b}[1mWDJB-MJHT\u{1b}[0m\n"), "{shown}");
    assert!(shown.contains(LARGE), "{shown}");
    assert!(has_countdown(&shown), "{shown}");
    let (_, end) = shown.rsplit_once("left").unwrap();
    let (blank, rest) = end.trim_start().split_once('\r').map_or(("", end), |(blank, rest)| (blank, rest));
    assert!(blank.trim().is_empty() && rest.contains("Signed in as bob@example.com"), "{end:?}");
}

#[test]
fn without_colours_the_code_is_large_but_not_bold() {
    for variables in [&[("NO_COLOR", "1")][..], &[("TERM", "")]] {
        let shown = shown(&provider(), 80, variables, "");
        assert!(!shown.contains('\u{1b}') && shown.contains(LARGE) && has_countdown(&shown), "{shown}");
    }
}

#[test]
fn a_dumb_terminal_gets_lines_only() {
    let shown = shown(&provider(), 80, &[("TERM", "dumb")], " --clipboard");
    assert!(!shown.contains(['\u{1b}', '\r', '█']), "{shown:?}");
    assert!(shown.contains("\nThe code is valid for 60 s. Waiting for you to sign in.\n"), "{shown}");
    assert!(shown.contains("warning: the code is not in the clipboard: "), "{shown}");
}

#[test]
fn a_screen_reader_gets_lines_only_and_the_code_spelled() {
    let shown = shown(&provider(), 80, &[("TOKCACHE_SCREEN_READER", "1")], "");
    assert!(!shown.contains(['\u{1b}', '\r', '█']), "{shown:?}");
    assert!(shown.contains("\nCharacter by character: W D J B hyphen M J H T\n"), "{shown}");
    assert!(shown.contains("\nThe code is valid for 60 s. Waiting for you to sign in.\n"), "{shown}");
}

#[test]
fn the_code_is_large_only_where_it_fits_and_the_terminal_has_the_characters() {
    assert!(!shown(&provider(), 40, &[], "").contains('█'));
    for locale in ["C", "de_DE.ISO-8859-1"] {
        assert!(!shown(&provider(), 80, &[("LANG", locale)], "").contains('█'));
    }
    assert!(shown(&provider(), 80, &[("LANG", "C"), ("LC_ALL", "en_US.utf8")], "").contains(LARGE));
}

#[test]
fn a_narrow_terminal_has_a_short_countdown_and_no_part_of_a_qr_code() {
    let shown = shown(&provider(), 30, &[], " --qr");
    assert!(!has_countdown(&shown) && shown.contains(" left   "), "{shown}");
    assert!(shown.contains("(the terminal is too narrow for the QR code, which needs 4"), "{shown}");
}

#[test]
fn a_terminal_is_asked_to_copy_the_code() {
    let shown = shown(&provider(), 80, &[], " --clipboard");
    // WDJB-MJHT in base64.
    assert!(shown.contains("\u{1b}]52;c;V0RKQi1NSkhU\u{7}"), "{shown:?}");
    assert!(shown.contains("The terminal was asked to put the code into the clipboard.\n"), "{shown}");
}

/// A user pastes the clipboard into a shell sooner or later.
#[test]
fn a_code_that_a_shell_would_run_is_not_copied() {
    for code in ["WDJB-MJHT\nreboot\n", "WDJB-MJHT;reboot", "$(reboot)WDJB-MJHT", "WDJB-MJHT reboot"] {
        let shown = shown(&provider_with("user_code", json!(code)), 80, &[], " --clipboard");
        assert!(!shown.contains(CLIPBOARD_WRITE), "{shown:?}");
        assert!(shown.contains("the code is not in the clipboard: the code has unusual characters"), "{shown}");
    }
}

/// A screen without a monitor, until the end of the test.
struct Screen {
    server: Child,
    display: String,
}

impl Screen {
    fn start() -> Screen {
        let mut server = Command::new("Xvfb");
        server.args(["-displayfd", "1", "-nolisten", "tcp"]).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = server.spawn().unwrap_or_else(|error| panic!("run tests/run terminal: {error}"));
        let mut number = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut number).unwrap();
        Screen { server, display: format!(":{}", number.trim()) }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// xclip ends with the session of the terminal, so the shell of the session pastes.
#[test]
fn the_clipboard_of_a_screen_has_the_code() {
    let (screen, provider, mut home) = (Screen::start(), provider(), Home::empty());
    for (name, value) in [("TERM", "xterm"), ("DISPLAY", &screen.display), ("PATH", "/usr/bin:/bin")] {
        home.set(name, value);
    }
    let line = format!("login --authority {}/tenant --client-id app --scope api:read --clipboard", provider.address());
    let script = "\"$@\" && xclip -out -selection clipboard >\"$HOME/pasted\"";
    let output = Terminal::of_width(80, &wrapped(&["sh", "-c", script, "sh"], &home.program(&line))).end();
    let shown = text(&output.stderr);
    assert!(output.status.success() && shown.contains("The code is in the clipboard.\n"), "{shown}");
    assert_eq!(fs::read_to_string(home.path("pasted")).unwrap(), "WDJB-MJHT");
}

/// The programs of the desktop are stand-ins that record their input.
#[test]
fn a_desktop_has_the_code_in_its_clipboard_and_the_page_in_its_browser() {
    let folder = tempfile::tempdir().unwrap();
    for (name, code) in [
        ("xclip", "#!/bin/sh\necho \"$*\" >\"$HOME/arguments\"\ncat >\"$HOME/clipboard\"\n"),
        ("opener", "#!/bin/sh\necho \"$1 ${TOKCACHE_CLIENT_SECRET-unset}\" >\"$HOME/page\"\n"),
    ] {
        put_program(&folder.path().join(name), code);
    }
    let path = format!("{}:/usr/bin:/bin", folder.path().display());
    let home = folder.path().to_str().unwrap();
    let variables = [
        ("PATH", path.as_str()),
        ("HOME", home),
        ("DISPLAY", ":9"),
        ("BROWSER", "opener"),
        ("TOKCACHE_CLIENT_SECRET", "s"),
    ];
    let shown = shown(&provider(), 80, &variables, " --clipboard --open");
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(read("clipboard"), "WDJB-MJHT");
    assert_eq!(read("arguments"), "-selection clipboard\n");
    assert_eq!(read("page"), "https://idp.example.com/device?user_code=WDJB-MJHT unset\n");
    assert!(shown.contains("The code is in the clipboard.\n") && !shown.contains(CLIPBOARD_WRITE), "{shown:?}");
}

/// There is no Windows in the tests, so a stand-in takes the place of its `clip.exe`.
#[test]
fn in_wsl_the_code_is_in_the_clipboard_of_windows() {
    let (provider, mut home) = (provider(), Home::empty());
    put_program(&home.path("clip.exe"), "#!/bin/sh\ncat >\"$HOME/clipboard\"\n");
    home.set("PATH", format!("{}:/usr/bin:/bin", home.path("").display()));
    let line = format!("login --authority {}/tenant --client-id app --scope api:read --clipboard", provider.address());
    let output = in_wsl(&home.program(&line)).output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("The code is in the clipboard.\n"), "{}", text(&output.stderr));
    assert_eq!(fs::read_to_string(home.path("clipboard")).unwrap(), "WDJB-MJHT");
}

#[test]
fn an_address_that_is_no_page_is_not_opened() {
    let provider = Provider::start(|path, form| match path {
        "/tenant/device" => {
            let mut authorization = device_authorization();
            authorization["verification_uri"] = json!("https://idp.example.com/device\n");
            authorization["verification_uri_complete"] = json!("file:///etc/passwd");
            (200, authorization)
        }
        _ => generous(path, form),
    });
    let shown = shown(&provider, 80, &[("BROWSER", "touch /opened")], " --open");
    assert!(shown.contains("no browser opens: the address is not a web page"), "{shown}");
}
