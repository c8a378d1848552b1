//! Ends an exchange from another thread.

use std::io::{self, ErrorKind};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex};

use tokcache_core::store::mutex::locked;

/// Ends an exchange from another thread. Clones end the same exchange. Keeps the connection open until the last clone
/// is dropped.
#[derive(Clone, Debug, Default)]
pub struct Cancellation {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    is_cancelled: bool,
    connections: Vec<TcpStream>,
}

impl Cancellation {
    /// Closes the connection of the exchange, so that its reads and writes fail, and refuses later connections.
    pub fn cancel(&self) {
        let mut state = locked(&self.state);
        state.is_cancelled = true;
        for connection in state.connections.drain(..) {
            // A connection that has failed is closed already.
            let _ = connection.shutdown(Shutdown::Both);
        }
    }

    /// Closes `connection` too when the exchange is cancelled.
    pub(super) fn watch(&self, connection: &TcpStream) -> io::Result<()> {
        let mut state = locked(&self.state);
        if state.is_cancelled {
            return Err(ErrorKind::ConnectionAborted.into());
        }
        state.connections.push(connection.try_clone()?);
        Ok(())
    }
}
