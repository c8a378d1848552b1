//! A real terminal: tmux.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::home::Home;
use crate::support::text;

/// A terminal that shows the end of its program until it is dropped.
pub(crate) struct Tmux {
    socket: PathBuf,
}

impl Tmux {
    /// Starts a shell line in a terminal of this size, with the variables of the home. The mark `[end]` follows its output.
    pub(crate) fn start(home: &Home, columns: u16, line: &str) -> Tmux {
        let tmux = Tmux { socket: home.path("tmux") };
        let [columns, rows] = [columns, 40].map(|size| size.to_string());
        let shell = home.command("env");
        let variables: Vec<String> = shell
            .get_envs()
            .filter_map(|(name, value)| Some(format!("{}={}", name.to_str()?, value?.to_str()?)))
            .chain(["LANG=C.UTF-8".to_owned(), "NAME=end".to_owned()])
            .collect();
        let mut words = vec!["-u", "-f", "/dev/null", "new-session", "-d", "-x", &columns, "-y", &rows];
        // The clipboard must be allowed before the program starts.
        let line = format!(
            "tmux -S '{}' set -g set-clipboard on; {line}; printf '[%s]\\n' \"$NAME\"; exec sleep 60",
            tmux.socket.display()
        );
        words.push("env");
        words.extend(variables.iter().map(String::as_str));
        words.extend(["sh", "-c", &line]);
        let started = tmux.command(&words);
        assert!(started.is_ok(), "tests/run terminal installs tmux: {started:?}");
        tmux
    }

    /// Runs a command of tmux, and returns its output.
    pub(crate) fn command(&self, words: &[&str]) -> Result<String, String> {
        let output = Command::new("tmux").arg("-S").arg(&self.socket).args(words).env_remove("TMUX").output();
        let output = output.map_err(|error| error.to_string())?;
        if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
    }

    /// Waits until the line has ended, and returns the lines of the screen before the mark.
    #[track_caller]
    pub(crate) fn screen(&self) -> Vec<String> {
        self.captured(&[])
    }

    /// Like [`screen`](Self::screen), with the lines that the terminal has wrapped in one piece.
    #[track_caller]
    pub(crate) fn unwrapped(&self) -> Vec<String> {
        self.captured(&["-J"]).iter().map(|line| line.trim_end().to_owned()).collect()
    }

    #[track_caller]
    fn captured(&self, options: &[&str]) -> Vec<String> {
        let end = Instant::now() + Duration::from_secs(30);
        loop {
            let screen = self.command(&[&["capture-pane", "-p"], options].concat()).unwrap();
            if let Some((shown, _)) = screen.split_once("[end]") {
                return shown.lines().map(str::to_owned).collect();
            }
            assert!(Instant::now() < end, "{screen}");
            std::thread::park_timeout(Duration::from_millis(50));
        }
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        let _ = self.command(&["kill-server"]);
    }
}
