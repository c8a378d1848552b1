//! Opens a page in the user's browser.

use super::starter::{is_wsl, start};
use crate::cli::environment;

/// Why no browser can be opened.
pub(in crate::cli) struct NoBrowser(pub(in crate::cli) String);

/// Whether a browser can be expected to open on the screen of the user.
pub(in crate::cli) fn ensure_browser() -> Result<(), NoBrowser> {
    openers().map(|_| ())
}

/// Opens `url` in the browser, without the variable that holds a client secret.
pub(in crate::cli) fn open(url: &str, secret_variables: &[String]) -> Result<(), NoBrowser> {
    let mut why = String::new();
    for words in openers()? {
        let Some((program, arguments)) = words.split_first() else { continue };
        let has_place = arguments.iter().any(|word| word.contains("%s"));
        let mut arguments: Vec<_> = arguments.iter().map(|word| word.replace("%s", url)).collect();
        arguments.extend((!has_place).then(|| url.to_owned()));
        match start(program, &arguments, None, secret_variables) {
            Ok(()) => return Ok(()),
            Err(error) => why = error,
        }
    }
    Err(NoBrowser(why))
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
