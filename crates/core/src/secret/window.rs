//! Reads a large document with secrets piece by piece.

use std::io::{self, Read};
use std::ops::Range;

use super::WipedBytes;

/// The initial size in bytes: enough for most documents, and cheap for the system to clear.
const ROOM: usize = 128 * 1024;

/// The part of a document that is currently in memory.
pub struct Window<'r> {
    source: &'r mut dyn Read,
    /// The number of bytes that have not been read.
    left: u64,
    bytes: WipedBytes,
    in_sight: Range<usize>,
}

impl<'r> Window<'r> {
    /// Opens a window at the beginning of the first `size` bytes of `source`.
    ///
    /// # Errors
    /// An error of `source`, or a lack of memory.
    pub fn open(source: &'r mut dyn Read, size: u64) -> io::Result<Self> {
        Window::with_room(source, size, ROOM)
    }

    /// Like [`open`](Window::open), with `room` for at least one byte and initially this many.
    ///
    /// # Errors
    /// An error of `source`, or a lack of memory.
    pub fn with_room(source: &'r mut dyn Read, size: u64, room: usize) -> io::Result<Self> {
        let room = usize::try_from(size).unwrap_or(usize::MAX).clamp(1, room);
        let mut window = Window { source, left: size, bytes: WipedBytes::zeros(room)?, in_sight: 0..0 };
        window.fill()?;
        Ok(window)
    }

    /// Returns the bytes in the window.
    pub fn text(&self) -> &[u8] {
        &self.bytes[self.in_sight.clone()]
    }

    /// Whether the window reaches the end of the document.
    pub fn is_last(&self) -> bool {
        self.left == 0
    }

    /// Removes the first `length` bytes from the window.
    pub fn pass(&mut self, length: usize) {
        self.in_sight.start += length;
    }

    /// Reads more of the document into the window, and enlarges the window if necessary.
    ///
    /// # Errors
    /// An error of the source, or a lack of memory.
    pub fn read_on(&mut self) -> io::Result<()> {
        let kept = self.in_sight.len();
        if kept > self.bytes.len() / 2 {
            let mut wider = WipedBytes::zeros(2 * self.bytes.len())?;
            wider.as_mut_slice()[..kept].copy_from_slice(self.text());
            self.bytes = wider;
        } else {
            self.bytes.as_mut_slice().copy_within(self.in_sight.clone(), 0);
        }
        self.in_sight = 0..kept;
        self.fill()
    }

    fn fill(&mut self) -> io::Result<()> {
        while self.left > 0 && self.in_sight.end < self.bytes.len() {
            let room = &mut self.bytes.as_mut_slice()[self.in_sight.end..];
            let wanted = room.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
            match self.source.read(&mut room[..wanted]) {
                Ok(0) => self.left = 0,
                Ok(read) => {
                    self.in_sight.end += read;
                    self.left -= read as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a few bytes for each read.
    struct Trickle<'b>(&'b [u8]);

    impl Read for Trickle<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let few = buffer.len().min(3);
            self.0.read(&mut buffer[..few])
        }
    }

    #[test]
    fn all_of_it_comes_into_sight_however_little_room_there_is() {
        let document: Vec<u8> = (0..=255).collect();
        for (room, step) in [(1, 1), (7, 2), (16, 16), (255, 1), (256, 256), (1000, 9)] {
            let mut source = Trickle(&document);
            let mut window = Window::with_room(&mut source, 256, room).unwrap();
            let mut seen = Vec::new();
            while !(window.text().is_empty() && window.is_last()) {
                let passed = step.min(window.text().len());
                seen.extend_from_slice(&window.text()[..passed]);
                window.pass(passed);
                window.read_on().unwrap();
            }
            assert_eq!(seen, document, "{room}, {step}");
        }
    }

    #[test]
    fn what_is_not_passed_stays_in_sight() {
        let mut source = Trickle(b"0123456789");
        let mut window = Window::with_room(&mut source, 10, 4).unwrap();
        assert_eq!(window.text(), b"0123");
        window.pass(1);
        window.read_on().unwrap();
        assert_eq!(window.text(), b"12345678");
        window.read_on().unwrap();
        assert_eq!((window.text(), window.is_last()), (&b"123456789"[..], true));
    }

    #[test]
    fn a_document_that_is_shorter_or_longer_than_was_said_ends_at_the_nearer_end() {
        for (size, expected) in [(3, &b"abc"[..]), (4, b"abcd"), (9, b"abcd")] {
            let mut source = Trickle(b"abcd");
            let window = Window::open(&mut source, size).unwrap();
            assert_eq!((window.text(), window.is_last()), (expected, true));
        }
    }
}
