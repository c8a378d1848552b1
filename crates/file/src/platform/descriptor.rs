//! Hands a secret to another program through a pipe, so that it is in no argument, variable or file.

use std::io::{self, ErrorKind, Write};
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::process::Stdio;

use rustix::fs::{OFlags, fcntl_setfl};
use rustix::io::{FdFlags, fcntl_dupfd_cloexec, fcntl_setfd};

/// A pipe that will hold a secret, for a program that this process starts or executes.
pub struct SecretPipe {
    reader: OwnedFd,
    writer: OwnedFd,
}

impl SecretPipe {
    /// Creates a pipe. The system chooses the number of its descriptor.
    ///
    /// # Errors
    /// The system's own.
    pub fn new() -> io::Result<SecretPipe> {
        let (reader, writer) = io::pipe()?;
        Ok(SecretPipe { reader: reader.into(), writer: writer.into() })
    }

    /// Creates a pipe whose reading end is the descriptor `number`. Returns `None` if that descriptor is open already.
    ///
    /// # Errors
    /// The system's own, for example for a number beyond its limit.
    pub fn at(number: RawFd) -> io::Result<Option<SecretPipe>> {
        let SecretPipe { reader, writer } = SecretPipe::new()?;
        // The system may have given `number` to this very pipe.
        let above = |end: OwnedFd| fcntl_dupfd_cloexec(&end, number.saturating_add(1));
        let (reader, writer) = (above(reader)?, above(writer)?);
        let reader = fcntl_dupfd_cloexec(&reader, number)?;
        Ok((reader.as_raw_fd() == number).then_some(SecretPipe { reader, writer }))
    }

    /// Writes the secret, and closes the writing end.
    ///
    /// # Errors
    /// The system's own. Nobody reads yet, so the secret must fit into the pipe: 64 KiB on Linux.
    pub fn fill(self, secret: &[u8]) -> io::Result<FullPipe> {
        fcntl_setfl(&self.writer, OFlags::NONBLOCK)?;
        let mut writer = io::PipeWriter::from(self.writer);
        match writer.write_all(secret) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                Err(io::Error::other(format!("a pipe cannot hold {} bytes here", secret.len())))
            }
            written => written.map(|()| FullPipe { reader: self.reader }),
        }
    }
}

/// A pipe with a secret, whose writing end is closed.
pub struct FullPipe {
    reader: OwnedFd,
}

impl FullPipe {
    /// Lets the programs that this process starts from now on inherit the descriptor, and returns its number. The
    /// descriptor is open as long as `self`.
    ///
    /// # Errors
    /// The system's own.
    pub fn inherited(&self) -> io::Result<RawFd> {
        inherited(&self.reader)
    }
}

/// Lets the programs that this process starts from now on inherit a descriptor, and returns its number.
///
/// # Errors
/// The system's own.
pub fn inherited(descriptor: &impl AsFd) -> io::Result<RawFd> {
    fcntl_setfd(descriptor, FdFlags::empty())?;
    Ok(descriptor.as_fd().as_raw_fd())
}

impl From<FullPipe> for Stdio {
    fn from(pipe: FullPipe) -> Stdio {
        pipe.reader.into()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn a_descriptor_that_is_open_is_left_alone() {
        let first = SecretPipe::at(200).unwrap().unwrap();
        assert!(SecretPipe::at(200).unwrap().is_none());
        let full = first.fill(b"secret").unwrap();
        assert_eq!(full.inherited().unwrap(), 200);
        let mut text = String::new();
        io::PipeReader::from(full.reader).read_to_string(&mut text).unwrap();
        assert_eq!(text, "secret");
    }

    #[test]
    fn a_secret_that_does_not_fit_is_an_error_and_no_wait() {
        assert!(SecretPipe::new().unwrap().fill(&vec![b'a'; 1 << 20]).is_err());
    }
}
