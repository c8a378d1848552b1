//! Copies text into the clipboard, by a program of the desktop or by the terminal.

use std::io::{self, IsTerminal as _, Write as _};

use base64::prelude::{BASE64_STANDARD, Engine as _};

use super::starter::{is_wsl, start};
use crate::cli::environment;

/// The longest text that is copied, in characters.
const LONGEST: usize = 64;

/// The clipboard that has the text.
pub(in crate::cli) enum Clipboard {
    Desktop,
    /// The terminal was asked to copy the text (OSC 52). Not every terminal does, and none answers.
    Terminal,
}

/// Copies a code. A server chose it, so a text that a shell would run is refused.
pub(in crate::cli) fn copy(code: &str) -> Result<Clipboard, String> {
    let is_code = |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
    if code.is_empty() || code.len() > LONGEST || !code.chars().all(is_code) {
        return Err("the code has unusual characters".to_owned());
    }
    let mut why = "there is no screen, and stderr is not a terminal".to_owned();
    for words in programs() {
        let Some((program, arguments)) = words.split_first() else { continue };
        match start(program, arguments, Some(code), &[]) {
            Ok(()) => return Ok(Clipboard::Desktop),
            Err(error) => why = error,
        }
    }
    if io::stderr().is_terminal() && !environment::is_terminal_dumb() {
        let request = format!("\u{1b}]52;c;{}\u{7}", BASE64_STANDARD.encode(code));
        return match io::stderr().lock().write_all(request.as_bytes()) {
            Ok(()) => Ok(Clipboard::Terminal),
            Err(error) => Err(error.to_string()),
        };
    }
    Err(why)
}

/// Returns the programs to try, one after the other. Over SSH, only the terminal is near the user.
fn programs() -> Vec<Vec<String>> {
    let lines: &[&str] = match () {
        () if environment::is_over_ssh() => &[],
        () if cfg!(windows) => &["clip.exe"],
        () if cfg!(target_os = "macos") => &["pbcopy"],
        () if is_wsl() => &["clip.exe"],
        () if environment::has_screen() => &["wl-copy", "xclip -selection clipboard", "xsel --clipboard --input"],
        () => &[],
    };
    lines.iter().map(|line| line.split(' ').map(str::to_owned).collect()).collect()
}
