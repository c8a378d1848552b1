//! A connection that wipes its buffers.

use ureq::unversioned::transport::{Buffers, NextTimeout, Transport};

use tokcache_core::secret::wipe;

/// A connection that wipes its buffers when it is dropped, because they may have held a token.
#[derive(Debug)]
pub(super) struct Wiped(pub(super) Box<dyn Transport>);

impl Transport for Wiped {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.0.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        self.0.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        self.0.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.0.is_open()
    }

    fn is_tls(&self) -> bool {
        self.0.is_tls()
    }
}

impl Drop for Wiped {
    fn drop(&mut self) {
        let buffers = self.0.buffers();
        wipe(buffers.output());
        // With nothing left to read, the whole buffer is writable.
        buffers.input_consume(buffers.input().len());
        wipe(buffers.input_append_buf());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};

    use ureq::unversioned::transport::LazyBuffers;

    use super::*;

    /// Sends the contents of its buffers when it is dropped.
    #[derive(Debug)]
    struct Telling(LazyBuffers, Sender<Vec<u8>>);

    impl Transport for Telling {
        fn buffers(&mut self) -> &mut dyn Buffers {
            &mut self.0
        }

        fn transmit_output(&mut self, _amount: usize, _timeout: NextTimeout) -> Result<(), ureq::Error> {
            Ok(())
        }

        fn await_input(&mut self, _timeout: NextTimeout) -> Result<bool, ureq::Error> {
            Ok(false)
        }

        fn is_open(&mut self) -> bool {
            true
        }
    }

    impl Drop for Telling {
        fn drop(&mut self) {
            let mut left = self.0.output().to_vec();
            left.extend_from_slice(self.0.input_append_buf());
            self.1.send(left).unwrap();
        }
    }

    #[test]
    fn nothing_is_left_in_the_buffers_however_much_was_read() {
        for read in [0, 3, 6] {
            let (sender, left) = channel();
            let mut connection = Wiped(Box::new(Telling(LazyBuffers::new(16, 16), sender)));
            connection.buffers().output()[..6].copy_from_slice(b"canary");
            connection.buffers().input_append_buf()[..6].copy_from_slice(b"canary");
            connection.buffers().input_appended(6);
            connection.buffers().input_consume(read);
            drop(connection);
            assert_eq!(left.recv().unwrap(), [0; 32], "{read}");
        }
    }
}
