//! Hands curl a configuration with the token, which is in no argument and no variable.

pub(super) use system::Config;

#[cfg(unix)]
mod system {
    use tokcache_file::platform::{FullPipe, SecretPipe};

    use crate::cli::{Exit, Failure};

    /// A pipe with the configuration. The standard input of curl stays the caller's.
    pub(in super::super) struct Config {
        _pipe: FullPipe,
        path: String,
    }

    impl Config {
        pub(in super::super) fn new(text: &str) -> Result<Config, Failure> {
            let pipe = SecretPipe::new().and_then(|pipe| pipe.fill(text.as_bytes()));
            let made = pipe.and_then(|pipe| Ok(Config { path: format!("/dev/fd/{}", pipe.inherited()?), _pipe: pipe }));
            made.map_err(|error| {
                let message = format!("cannot hand over the token through a pipe: {error}");
                Failure::new(Exit::Unexpected, message).without_advice()
            })
        }

        /// Returns curl's arguments.
        pub(in super::super) fn arguments(&self) -> [&str; 2] {
            ["--config", &self.path]
        }
    }
}

#[cfg(not(unix))]
mod system {
    use std::io::Write;
    use std::path::PathBuf;

    use tempfile::TempDir;
    use tokcache_file::platform;

    use crate::cli::{Failure, environment};

    /// A file that is deleted when curl has ended. This system has no path for a pipe that a child inherits.
    pub(in super::super) struct Config {
        _folder: TempDir,
        path: String,
    }

    impl Config {
        pub(in super::super) fn new(text: &str) -> Result<Config, Failure> {
            let write = |parent: PathBuf| {
                let folder = tempfile::Builder::new().prefix("tokcache-").tempdir_in(parent)?;
                let mut file = platform::create_temporary(folder.path(), "curl-")?;
                file.write_all(text.as_bytes())?;
                let path = file.path().to_string_lossy().into_owned();
                file.keep().map_err(|error| error.error)?;
                Ok::<_, std::io::Error>(Config { path, _folder: folder })
            };
            let parent = environment::session_folders().next().ok_or_else(environment::no_home)?;
            write(parent)
                .map_err(|error| Failure::from(anyhow::Error::new(error).context("cannot hand over the token")))
        }

        /// Returns curl's arguments.
        pub(in super::super) fn arguments(&self) -> [&str; 2] {
            ["--config", &self.path]
        }
    }
}
