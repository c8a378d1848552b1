//! Tables and a sign-in in tmux, as a person sees them.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::sign_in::provider;
use crate::support::home::Home;
use crate::support::text;
use crate::tmux::Tmux;

const PROGRAM: &str = env!("CARGO_BIN_EXE_tokcache");

fn screen(columns: u16, line: &str) -> Vec<String> {
    let home = Home::of("two-clients");
    Tmux::start(&home, columns, &format!("{PROGRAM} {line}")).screen()
}

#[test]
fn a_wide_terminal_shows_the_whole_table() {
    let table = screen(120, "list");
    assert!(table[0].starts_with("ACCOUNT") && table[0].ends_with("SCOPES"), "{table:#?}");
    assert!(table[0].contains("  UNTIL              REFRESH  "), "{table:#?}");
    assert!(table.iter().skip(1).all(|line| line.contains("  2100-01-01 00:00Z  ")), "{table:#?}");
    assert!(!table.iter().any(|line| line.contains('…')), "{table:#?}");
    assert!(table.is_sorted_by_key(|line| line.split("  ").next().map(str::to_lowercase)), "{table:#?}");
}

/// A table that the terminal wraps has more lines.
#[test]
fn a_narrow_terminal_shows_a_line_for_each_row() {
    for command in ["list", "status"] {
        let rows = |columns| screen(columns, command).iter().take_while(|line| !line.is_empty()).count();
        let wide = rows(160);
        assert!(wide > 1);
        for columns in [100, 60, 40] {
            assert_eq!(rows(columns), wide, "{command} in {columns} columns: {:#?}", screen(columns, command));
        }
    }
    let narrow = screen(60, "list");
    assert!(!narrow[0].contains("UNTIL") && narrow[0].contains("SCOPES"), "{narrow:#?}");
}

#[test]
fn a_screen_reader_reads_a_value_on_each_line() {
    let read_out = screen(60, "list | cat; TOKCACHE_SCREEN_READER=1 tokcache list").join("\n");
    assert!(read_out.contains("ACCOUNT"), "a pipe has the table as always: {read_out}");
    let home = Home::of("signed-in");
    let lines = Tmux::start(&home, 60, &format!("TOKCACHE_SCREEN_READER=1 {PROGRAM} list")).screen();
    let expected = ["account: bob@example.com", "authority: 127.0.0.1", "client: app"];
    assert_eq!(lines[..3], expected, "{lines:#?}");
    assert!(lines.contains(&"until: 2100-01-01 00:00Z".to_owned()), "{lines:#?}");
}

#[test]
fn tmux_shows_a_sign_in_and_has_the_code_in_its_clipboard() {
    let (home, provider) = (Home::empty(), provider());
    let login = format!(
        "{PROGRAM} login --authority {}/tenant --client-id app --scope api:read --qr --clipboard",
        provider.address()
    );
    let tmux = Tmux::start(&home, 60, &login);
    let screen = tmux.screen();
    assert!(screen.iter().any(|line| line == "    █ ▄ █ █   █    █  █▄▄▄▀ ▄▄▄▄▄ █ █ █    █  █▄▄▄█   █"), "{screen:#?}");
    assert_eq!(qr_code(&screen), "https://idp.example.com/device?user_code=WDJB-MJHT");
    assert!(!screen.iter().any(|line| line.contains(" left")), "the countdown is gone: {screen:#?}");
    assert!(screen.iter().any(|line| line.starts_with("Signed in as bob@example.com")), "{screen:#?}");
    assert_eq!(tmux.command(&["show-buffer"]).as_deref(), Ok("WDJB-MJHT"));
}

#[test]
fn a_wide_terminal_shows_a_sign_in_with_its_large_code_and_wraps_no_line() {
    let (home, provider) = (Home::empty(), provider());
    let login = format!("{PROGRAM} login --authority {}/tenant --client-id app --scope api:read", provider.address());
    let tmux = Tmux::start(&home, 120, &login);
    let screen = tmux.screen();
    for line in [
        "    https://idp.example.com/device",
        "    WDJB-MJHT",
        "    █ ▄ █ █   █    █  █▄▄▄▀ ▄▄▄▄▄ █ █ █    █  █▄▄▄█   █",
        "    https://idp.example.com/device?user_code=WDJB-MJHT",
    ] {
        assert!(screen.iter().any(|shown| shown == line), "{line}: {screen:#?}");
    }
    assert!(screen.iter().any(|line| line.starts_with("Signed in as bob@example.com")), "{screen:#?}");
    assert!(!screen.iter().any(|line| line.contains(" left")), "the countdown is gone: {screen:#?}");
    assert_eq!(tmux.unwrapped(), screen);
}

/// The terminal wraps long lines. A path or a command is copied from them as a whole.
#[test]
fn a_narrow_terminal_shows_everything_that_explain_and_doctor_say() {
    for (command, wanted) in [("explain", "    api:read openid: "), ("doctor", "    try: chmod go-rwx ")] {
        let home = Home::of("two-clients");
        let set_mode = std::os::unix::fs::PermissionsExt::from_mode(0o644);
        std::fs::set_permissions(home.cache(), set_mode).unwrap();
        let plain = home.path("plain");
        let line = format!("{PROGRAM} {command} >'{}' 2>&1; {PROGRAM} {command}", plain.display());
        let tmux = Tmux::start(&home, 60, &line);
        let shown = tmux.unwrapped();
        let plain = std::fs::read_to_string(plain).unwrap();
        assert_eq!(shown, plain.lines().collect::<Vec<_>>(), "{command}");
        assert!(plain.contains(wanted) && shown.iter().any(|line| line.chars().count() > 60), "{plain}");
        assert!(tmux.screen().iter().all(|line| line.chars().count() <= 60));
    }
}

/// Reads the QR code on the screen with a library that reads those of cameras.
#[track_caller]
fn qr_code(screen: &[String]) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    assert!(root.join("target/e2e/terminal/node_modules").exists(), "tests/run terminal installs the reader");
    let mut reader = Command::new("node");
    reader.arg(root.join("tests/terminal/read_qr_code.mjs")).arg(root.join("target/e2e/terminal/node_modules/"));
    let mut reader = reader.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    reader.stdin.take().unwrap().write_all(screen.join("\n").as_bytes()).unwrap();
    text(&reader.wait_with_output().unwrap().stdout).trim_end().to_owned()
}

/// `docs/pictures/make` draws them again.
#[test]
fn the_picture_of_the_readme_has_the_tables_of_the_program() {
    let picture = include_str!("../../docs/pictures/tables.svg");
    let texts = picture.split("<text").skip(1).filter_map(|text| text.split_once('>')?.1.split_once("</text>"));
    let texts: Vec<&str> = texts.map(|(text, _)| text).collect();
    let names = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    for command in ["status", "list"] {
        let header = names(&screen(100, command)[0]);
        assert!(texts.iter().any(|text| names(text) == header), "{header:?} is not in {texts:#?}");
    }
}
