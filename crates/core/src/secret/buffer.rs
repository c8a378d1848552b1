//! A buffer for text that contains secrets.

use std::ops::Deref;
use std::{fmt, io, mem, str};

use zeroize::Zeroizing;

use super::wipe;

/// Text that leaves no copy behind when it grows. A growing `String` would; this buffer wipes the old memory.
#[derive(Default)]
pub struct SecretBuffer(String);

impl SecretBuffer {
    /// Returns an empty buffer.
    pub fn new() -> Self {
        SecretBuffer::default()
    }

    /// Returns an empty buffer with room for `capacity` bytes.
    pub fn with_capacity(capacity: usize) -> Self {
        SecretBuffer(String::with_capacity(capacity))
    }

    /// Appends a character.
    pub fn push(&mut self, character: char) {
        self.push_str(character.encode_utf8(&mut [0; 4]));
    }

    /// Appends text.
    pub fn push_str(&mut self, text: &str) {
        if self.0.capacity() - self.0.len() < text.len() {
            let enough = (self.0.len() + text.len()).max(2 * self.0.capacity());
            let outgrown = mem::replace(self, SecretBuffer::with_capacity(enough));
            self.0.push_str(&outgrown);
        }
        self.0.push_str(text);
    }

    /// Returns the text.
    pub fn finish(mut self) -> Zeroizing<String> {
        Zeroizing::new(mem::take(&mut self.0))
    }
}

impl Deref for SecretBuffer {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Drop for SecretBuffer {
    /// Wipes the text, many bytes at a time, unlike `Zeroizing`. The rest of the memory never held any.
    fn drop(&mut self) {
        wipe(&mut mem::take(&mut self.0).into_bytes());
    }
}

impl fmt::Write for SecretBuffer {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push_str(text);
        Ok(())
    }
}

/// For writers of text, such as a JSON serializer. Bytes that are not complete characters are an error.
impl io::Write for SecretBuffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = str::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        self.push_str(text);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn it_holds_what_was_written_however_far_it_grew() {
        let mut buffer = SecretBuffer::with_capacity(3);
        let mut text = String::new();
        for part in ["", "é", "abc", "🔑", &"x".repeat(1_000)] {
            buffer.push_str(part);
            buffer.push('ß');
            text += part;
            text.push('ß');
        }
        assert_eq!(*buffer.finish(), text);
    }

    #[test]
    fn only_whole_characters_can_be_written() {
        let mut buffer = SecretBuffer::new();
        buffer.write_all("é".as_bytes()).unwrap();
        assert!(buffer.write_all(&"é".as_bytes()[..1]).is_err());
        assert_eq!(*buffer.finish(), "é");
    }
}
