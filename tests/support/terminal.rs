//! A terminal with a program, and a user who types.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcgetwinsize, tcsetwinsize};

use super::wrapped;

/// Longer than a person would wait.
const PATIENCE: Duration = Duration::from_secs(60);

/// A pseudo-terminal that controls one program.
pub(crate) struct Terminal {
    keyboard: File,
    screen: Receiver<Vec<u8>>,
    shown: String,
    program: Child,
}

impl Terminal {
    /// Starts a program with its standard output elsewhere.
    pub(crate) fn running(command: &Command) -> Terminal {
        Terminal::started(command, Some(Stdio::piped()), 0)
    }

    /// Starts a program with its standard output elsewhere, on a terminal of this width.
    pub(crate) fn of_width(columns: u16, command: &Command) -> Terminal {
        Terminal::started(command, Some(Stdio::piped()), columns)
    }

    /// Starts a program with its standard output on the terminal.
    pub(crate) fn showing(command: &Command) -> Terminal {
        Terminal::started(command, None, 0)
    }

    /// Starts a program on a terminal. A width of 0 is an unknown one.
    fn started(command: &Command, stdout: Option<Stdio>, columns: u16) -> Terminal {
        let keyboard = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&keyboard).unwrap();
        unlockpt(&keyboard).unwrap();
        let name = ptsname(&keyboard, Vec::new()).unwrap();
        let device = OpenOptions::new().read(true).write(true).open(name.to_str().unwrap()).unwrap();
        let rows = if columns == 0 { 0 } else { 50 };
        tcsetwinsize(&keyboard, Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
        let keyboard = File::from(keyboard);
        let program = on_terminal(command, device, stdout).spawn().unwrap();
        Terminal { screen: screen(keyboard.try_clone().unwrap()), keyboard, shown: String::new(), program }
    }

    /// Waits until the text is shown, after everything that was waited for before.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, text: &str) {
        let mut new = String::new();
        while !new.contains(text) {
            let more = self.screen.recv_timeout(PATIENCE);
            let more = more.unwrap_or_else(|_| panic!("{text:?} does not come, only {:?}{new:?}", self.shown));
            new += &String::from_utf8_lossy(&more);
        }
        self.shown += &new;
    }

    /// Returns everything that was shown so far.
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    pub(crate) fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    /// Changes the width, in columns.
    pub(crate) fn resize(&self, columns: u16) {
        let mut size = tcgetwinsize(&self.keyboard).unwrap();
        size.ws_col = columns;
        tcsetwinsize(&self.keyboard, size).unwrap();
    }

    /// Whether typed text is echoed, and Ctrl-C is a signal.
    pub(crate) fn is_as_usual(&self) -> bool {
        let usual = LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG;
        tcgetattr(&self.keyboard).unwrap().local_modes.contains(usual)
    }

    /// Waits for the end of the program. Its text on the terminal counts as standard error. The terminal must be in its
    /// usual state.
    #[track_caller]
    pub(crate) fn end(mut self) -> Output {
        let mut stdout = Vec::new();
        self.program.stdout.take().unwrap().read_to_end(&mut stdout).unwrap();
        let status = self.program.wait().unwrap();
        assert!(self.is_as_usual(), "the terminal is not given back");
        let rest = self.screen.iter().map(|bytes| String::from_utf8(bytes).unwrap());
        self.shown.extend(rest);
        Output { status, stdout, stderr: self.shown.replace("\r\n", "\n").into_bytes() }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

/// Starts a program on a terminal. `setsid` gives the program a session with that terminal. `env` resets the signals,
/// because a script that runs the tests in the background makes them ignore SIGINT.
fn on_terminal(command: &Command, device: File, stdout: Option<Stdio>) -> Command {
    let mut setsid = wrapped(&["setsid", "--ctty", "env", "--default-signal"], command);
    let end = || Stdio::from(device.try_clone().unwrap());
    setsid.stdin(end()).stderr(end()).stdout(stdout.unwrap_or_else(end));
    setsid
}

/// Returns the text on the terminal, until no program has it open.
fn screen(mut terminal: File) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        while let Some(bytes) = shown_next(&mut terminal) {
            if sender.send(bytes).is_err() {
                return;
            }
        }
    });
    receiver
}

/// Reads the next text. Linux may report that no program has the terminal open (EIO) before it delivers the last text,
/// which comes when the terminal is read again.
fn shown_next(terminal: &mut File) -> Option<Vec<u8>> {
    let mut bytes = [0; 4096];
    let length = terminal.read(&mut bytes).or_else(|_| terminal.read(&mut bytes)).ok().filter(|length| *length > 0)?;
    Some(bytes[..length].to_vec())
}
