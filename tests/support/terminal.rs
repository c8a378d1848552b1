//! A terminal with a program on it, and a person who types.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, tcgetattr};

use super::wrapped;

/// A person would have given up long before.
const PATIENCE: Duration = Duration::from_secs(60);

/// A pseudo-terminal that controls the one program on it.
pub(crate) struct Terminal {
    keyboard: File,
    screen: Receiver<Vec<u8>>,
    shown: String,
    program: Child,
}

impl Terminal {
    /// With the program's standard output elsewhere.
    pub(crate) fn running(command: &Command) -> Terminal {
        Terminal::started(command, Some(Stdio::piped()))
    }

    /// With the program's standard output on the terminal, too.
    pub(crate) fn showing(command: &Command) -> Terminal {
        Terminal::started(command, None)
    }

    fn started(command: &Command, stdout: Option<Stdio>) -> Terminal {
        let keyboard = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&keyboard).unwrap();
        unlockpt(&keyboard).unwrap();
        let name = ptsname(&keyboard, Vec::new()).unwrap();
        let device = OpenOptions::new().read(true).write(true).open(name.to_str().unwrap()).unwrap();
        let keyboard = File::from(keyboard);
        let program = on_terminal(command, device, stdout).spawn().unwrap();
        Terminal { screen: screen(keyboard.try_clone().unwrap()), keyboard, shown: String::new(), program }
    }

    /// Waits until this is shown, after all that was waited for before.
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

    /// All that was shown until now.
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    pub(crate) fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    /// Whether what is typed is shown, and Ctrl-C is a signal.
    pub(crate) fn is_as_usual(&self) -> bool {
        let usual = LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG;
        tcgetattr(&self.keyboard).unwrap().local_modes.contains(usual)
    }

    /// The end of the program: what it said on the terminal stands for its standard error. The terminal is as usual.
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

/// `setsid` gives the program a session, and that the terminal. `env` gives it the signals as a login shell does: the
/// tests may have been started in the background of a script, where SIGINT is ignored.
fn on_terminal(command: &Command, device: File, stdout: Option<Stdio>) -> Command {
    let mut setsid = wrapped(&["setsid", "--ctty", "env", "--default-signal"], command);
    let end = || Stdio::from(device.try_clone().unwrap());
    setsid.stdin(end()).stderr(end()).stdout(stdout.unwrap_or_else(end));
    setsid
}

/// What is shown, until nobody has the terminal any more.
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

/// Linux may say that nobody has the terminal any more (EIO) before it hands over what the last one wrote in its last
/// moment. That is there when the terminal is read again.
fn shown_next(terminal: &mut File) -> Option<Vec<u8>> {
    let mut bytes = [0; 4096];
    let length = terminal.read(&mut bytes).or_else(|_| terminal.read(&mut bytes)).ok().filter(|length| *length > 0)?;
    Some(bytes[..length].to_vec())
}
