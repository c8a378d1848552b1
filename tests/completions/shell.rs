//! A shell on a terminal, with the completion script.

use std::fs;
use std::os::unix::fs::symlink;

use crate::support::home::Home;
use crate::support::put_program;
use crate::support::terminal::Terminal;

/// How to start a shell without the machine's own configuration, and with a completion script.
pub(crate) struct Kind {
    name: &'static str,
    words: &'static [&'static str],
    script: &'static str,
    /// The line with which the shell finds the script, whose path is `$SCRIPT`. zsh and fish find it where README puts it.
    setup: &'static str,
}

pub(crate) const SHELLS: [&Kind; 3] = [
    &Kind {
        name: "bash",
        words: &["--norc", "--noprofile", "-i"],
        script: "tokcache.bash",
        setup: "bind 'set enable-bracketed-paste off'; source \"$SCRIPT\"",
    },
    &Kind {
        name: "zsh",
        words: &["-f", "-i"],
        script: "_tokcache",
        setup: "mkdir -p ~/.zfunc; cp \"$SCRIPT\" ~/.zfunc/_tokcache; fpath+=~/.zfunc; autoload -U compinit; \
                compinit -u -D; bindkey -e; unsetopt automenu",
    },
    &Kind {
        name: "fish",
        words: &["-i"],
        script: "tokcache.fish",
        setup: "mkdir -p ~/.config/fish/completions; cp $SCRIPT ~/.config/fish/completions/tokcache.fish",
    },
];

/// Ends the output of this tier's programs. The programs assemble the mark, so that no typed line contains it.
const MARK: &str = "[end]";

/// A shell for typing into.
pub(crate) struct Shell<'h> {
    pub(crate) name: &'static str,
    terminal: Terminal,
    home: &'h Home,
}

impl<'h> Shell<'h> {
    #[track_caller]
    pub(crate) fn start(kind: &Kind, home: &'h Home) -> Shell<'h> {
        let bin = home.path("bin");
        if !bin.exists() {
            fs::create_dir(&bin).unwrap();
            symlink(env!("CARGO_BIN_EXE_tokcache"), bin.join("tokcache")).unwrap();
            // Records the words that the shell makes of a line.
            put_program(
                &bin.join("words"),
                "#!/bin/sh\nprintf '%s\\n' \"$@\" >\"$HOME/words\"\nprintf '[%s]\\n' end\n",
            );
        }
        let mut command = home.command(kind.name);
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
        command.args(kind.words).env("PATH", path).env("TERM", "xterm").env("LC_ALL", "C.UTF-8");
        let script = format!("{}/completions/{}", env!("CARGO_MANIFEST_DIR"), kind.script);
        command.env("PS1", "> ").env("SCRIPT", script);
        let has_shell = std::process::Command::new(kind.name).arg("--version").output().is_ok();
        assert!(
            has_shell,
            "{0} is not installed: `tests/run completions`, or as root `apt-get install {0}`",
            kind.name
        );
        let mut terminal = Terminal::showing(&command);
        terminal.press(&format!("{}; words\n", kind.setup));
        terminal.wait_for(MARK);
        Shell { name: kind.name, terminal, home }
    }

    /// Types the line and Tab, and returns the words behind `tokcache`.
    #[track_caller]
    pub(crate) fn completed(&mut self, line: &str) -> Vec<String> {
        const TAB: &str = "\t";
        const START_OF_LINE: &str = "\u{1}";
        self.terminal.press(&format!("tokcache {line}{TAB}{START_OF_LINE}words \n"));
        self.terminal.wait_for(MARK);
        let words = fs::read_to_string(self.home.path("words")).unwrap();
        words.lines().skip(1).map(str::to_owned).collect()
    }

    pub(crate) fn shown(&self) -> &str {
        self.terminal.shown()
    }
}
