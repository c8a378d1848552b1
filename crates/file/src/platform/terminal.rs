//! Asking a person for a secret.

pub use system::read_password;

#[cfg(unix)]
mod system {
    use std::fs::{File, OpenOptions};
    use std::io::{self, ErrorKind, Read, Write};

    use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};
    use signal_hook::consts::SIGINT;
    use signal_hook::low_level::emulate_default_handler;
    use zeroize::Zeroizing;

    /// What a terminal takes for one line (termios(3), canonical mode).
    const LONGEST_LINE: usize = 4096;

    /// Shows `prompt` on the terminal of this process, whatever its standard streams are, and returns the line that is
    /// typed there, which is not shown. Ctrl-C ends the process by SIGINT, also where that signal is ignored, and first
    /// gives the terminal back.
    ///
    /// # Errors
    /// Those of the terminal, of which there may be none; `UnexpectedEof` after Ctrl-D; `InvalidInput` for what no
    /// keyboard prints.
    pub fn read_password(prompt: &str) -> io::Result<Zeroizing<String>> {
        let terminal = OpenOptions::new().read(true).write(true).open("/dev/tty")?;
        let silence = NoopObserver::over(&terminal)?;
        (&terminal).write_all(prompt.as_bytes())?;
        let line = silence.line();
        drop(silence);
        (&terminal).write_all(b"\n")?;
        if line.as_ref().is_err_and(|error| error.kind() == ErrorKind::Interrupted) {
            // A process that was told to ignore the signal, as a background job of a script is, would ignore `kill`.
            emulate_default_handler(SIGINT)?;
        }
        line
    }

    /// A terminal that shows nothing of what is typed, until this is dropped.
    struct NoopObserver<'a> {
        terminal: &'a File,
        before: Termios,
    }

    impl<'a> NoopObserver<'a> {
        /// The line is edited by the terminal, as always. The character of Ctrl-C ends it as Enter does: a signal would
        /// end the process and leave the terminal silent.
        fn over(terminal: &'a File) -> io::Result<Self> {
            let before = tcgetattr(terminal)?;
            let mut silent = before.clone();
            silent.local_modes -= LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ISIG;
            silent.local_modes |= LocalModes::ICANON;
            silent.special_codes[SpecialCodeIndex::VEOL] = before.special_codes[SpecialCodeIndex::VINTR];
            tcsetattr(terminal, OptionalActions::Flush, &silent)?;
            Ok(NoopObserver { terminal, before })
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

    impl Drop for NoopObserver<'_> {
        fn drop(&mut self) {
            // Nobody is left to be told.
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

    /// Shows `prompt` on the terminal of this process and returns the line that is typed there, which is not shown.
    ///
    /// # Errors
    /// Those of the terminal, of which there may be none.
    pub fn read_password(prompt: &str) -> io::Result<Zeroizing<String>> {
        rpassword::prompt_password(prompt).map(Zeroizing::new)
    }
}
