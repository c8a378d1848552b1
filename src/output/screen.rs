//! How to print on this terminal, for this person.

use std::io::{self, IsTerminal as _};
use std::sync::OnceLock;

/// The wishes of the user, and the abilities of the terminal that it does not report itself.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Preferences {
    /// Whether the terminal has colours, and the user wants them.
    pub(crate) has_colours: bool,
    /// Whether the terminal can move its cursor.
    pub(crate) can_move: bool,
    /// Whether the terminal shows characters beyond ASCII.
    pub(crate) is_unicode: bool,
    /// Whether a screen reader reads the terminal out.
    pub(crate) is_read_out: bool,
}

static READ: OnceLock<fn() -> Preferences> = OnceLock::new();

/// Sets the function that reads the preferences. It is called only when something is printed for a terminal.
pub(crate) fn set_preferences(read: fn() -> Preferences) {
    let _ = READ.set(read);
}

fn preferences() -> Preferences {
    READ.get().map_or_else(Preferences::default, |read| read())
}

/// The layout of a table.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Layout {
    /// A value to a line, each with its name, for a screen reader.
    List,
    /// At most this many columns of the terminal.
    Narrow(usize),
    /// As wide as its values, for a file or a pipe.
    Wide,
}

/// Returns the layout of a table on stdout.
pub(crate) fn layout() -> Layout {
    let Some((width, _)) = terminal_size::terminal_size_of(io::stdout()) else { return Layout::Wide };
    match usize::from(width.0) {
        _ if preferences().is_read_out => Layout::List,
        // The size of some serial lines is not known.
        0 => Layout::Wide,
        width => Layout::Narrow(width),
    }
}

/// Returns the width of the terminal behind stderr in columns, or a usual one.
pub(crate) fn width_of_stderr() -> usize {
    const USUAL: usize = 80;
    let size = terminal_size::terminal_size_of(io::stderr());
    size.map(|(width, _)| usize::from(width.0)).filter(|width| *width > 0).unwrap_or(USUAL)
}

/// Whether a line on stderr can be printed over.
pub(crate) fn can_print_over() -> bool {
    io::stderr().is_terminal() && {
        let preferences = preferences();
        preferences.can_move && !preferences.is_read_out
    }
}

/// Whether a screen reader reads stderr out.
pub(super) fn is_read_out() -> bool {
    io::stderr().is_terminal() && preferences().is_read_out
}

/// Whether stderr is a terminal that shows blocks.
pub(super) fn has_blocks() -> bool {
    can_print_over() && preferences().is_unicode
}

/// Whether stderr is a terminal with colours.
fn has_colours() -> bool {
    io::stderr().is_terminal() && {
        let preferences = preferences();
        preferences.has_colours && preferences.can_move && !preferences.is_read_out
    }
}

const BOLD: &str = "\u{1b}[1m";
const BOLD_RED: &str = "\u{1b}[1;31m";
const BOLD_YELLOW: &str = "\u{1b}[1;33m";
const END: &str = "\u{1b}[0m";

/// The words that begin a line, and their colours.
const MARKS: [(&str, &str); 3] = [("error:", BOLD_RED), ("warning:", BOLD_YELLOW), ("  try:", BOLD)];

/// Returns the line with its first word in colour, if that is a mark and the terminal has colours.
pub(super) fn coloured(line: String) -> String {
    match MARKS.iter().find(|(mark, _)| line.starts_with(mark)) {
        Some((mark, colour)) if has_colours() => format!("{colour}{mark}{END}{}", &line[mark.len()..]),
        _ => line,
    }
}

/// Returns the text in bold, if the terminal has colours.
pub(super) fn bold(text: &str) -> String {
    if has_colours() { format!("{BOLD}{text}{END}") } else { text.to_owned() }
}
