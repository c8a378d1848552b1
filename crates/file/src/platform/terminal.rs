//! Prompts for a secret.

pub use system::read_password;

#[cfg(unix)]
mod system {
    use std::fs::{File, OpenOptions};
    use std::io::{self, ErrorKind, Read, Write};

    use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};
    use signal_hook::consts::SIGINT;
    use signal_hook::low_level::emulate_default_handler;
    use zeroize::Zeroizing;

    /// The maximum length of a line in a terminal's canonical mode (termios(3)).
    const LONGEST_LINE: usize = 4096;

    /// Shows `prompt` on the terminal of this process, even if the standard streams are redirected, and returns the
    /// typed line, which is not echoed. Ctrl-C restores the terminal and ends the process by SIGINT, even if that
    /// signal is ignored.
    ///
    /// # Errors
    /// An error of the terminal, for example if there is none; `UnexpectedEof` after Ctrl-D; `InvalidInput` for
    /// characters that no keyboard prints.
    pub fn read_password(prompt: &str) -> io::Result<Zeroizing<String>> {
        let terminal = OpenOptions::new().read(true).write(true).open("/dev/tty")?;
        let silence = SilentTerminal::over(&terminal)?;
        (&terminal).write_all(prompt.as_bytes())?;
        let line = silence.line();
        drop(silence);
        (&terminal).write_all(b"\n")?;
        if line.as_ref().is_err_and(|error| error.kind() == ErrorKind::Interrupted) {
            // `kill` would have no effect in a process that ignores the signal, such as a background job of a script.
            emulate_default_handler(SIGINT)?;
        }
        line
    }

    /// A terminal without echo, until it is dropped.
    struct SilentTerminal<'a> {
        terminal: &'a File,
        before: Termios,
    }

    impl<'a> SilentTerminal<'a> {
        /// Turns the echo off. The terminal still edits the line. The character of Ctrl-C ends the line like Enter,
        /// because a signal would end the process and leave the echo off.
        fn over(terminal: &'a File) -> io::Result<Self> {
            let before = tcgetattr(terminal)?;
            let mut silent = before.clone();
            silent.local_modes -= LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ISIG;
            silent.local_modes |= LocalModes::ICANON;
            silent.special_codes[SpecialCodeIndex::VEOL] = before.special_codes[SpecialCodeIndex::VINTR];
            tcsetattr(terminal, OptionalActions::Flush, &silent)?;
            Ok(SilentTerminal { terminal, before })
        }

        fn line(&self) -> io::Result<Zeroizing<String>> {
            let interrupt = self.before.special_codes[SpecialCodeIndex::VINTR];
            let (mut line, mut length) = (Zeroizing::new([0; LONGEST_LINE]), 0);
            loop {
                match (&mut &*self.terminal).read(&mut line[length..])? {
                    0 => return Err(ErrorKind::UnexpectedEof.into()),
                    more => length += more,
                }
                match line[length - 1] {
                    b'\n' => return text(&line[..length - 1]),
                    end if end == interrupt => return Err(ErrorKind::Interrupted.into()),
                    _ => {}
                }
            }
        }
    }

    impl Drop for SilentTerminal<'_> {
        fn drop(&mut self) {
            // An error cannot be reported here.
            let _ = tcsetattr(self.terminal, OptionalActions::Now, &self.before);
        }
    }

    fn text(line: &[u8]) -> io::Result<Zeroizing<String>> {
        match std::str::from_utf8(line) {
            Ok(text) if !text.contains(char::is_control) => Ok(Zeroizing::new(text.to_owned())),
            _ => Err(io::Error::new(ErrorKind::InvalidInput, "what was typed is no text")),
        }
    }
}

#[cfg(not(unix))]
mod system {
    use std::io;

    use zeroize::Zeroizing;

    /// Shows `prompt` on the terminal of this process and returns the typed line, which is not echoed.
    ///
    /// # Errors
    /// An error of the terminal, for example if there is none.
    pub fn read_password(prompt: &str) -> io::Result<Zeroizing<String>> {
        rpassword::prompt_password(prompt).map(Zeroizing::new)
    }
}
