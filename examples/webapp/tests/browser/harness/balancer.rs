//! The one address of several servers.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A load balancer: it passes each connection to the server that is chosen at that moment.
pub(crate) struct Balancer {
    chosen: Arc<Mutex<SocketAddr>>,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Balancer {
    /// Listens on a loopback port, until the process ends.
    pub(super) fn start(port: u16, chosen: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
        let balancer = Balancer { chosen: Arc::new(Mutex::new(chosen)), open: Arc::default() };
        let (chosen, open) = (Arc::clone(&balancer.chosen), Arc::clone(&balancer.open));
        std::thread::spawn(move || {
            for browser in listener.incoming().map_while(Result::ok) {
                let Ok(server) = TcpStream::connect(*chosen.lock().unwrap()) else { continue };
                open.lock().unwrap().push(browser.try_clone().unwrap());
                pass(browser.try_clone().unwrap(), server.try_clone().unwrap());
                pass(server, browser);
            }
        });
        balancer
    }

    /// Passes new connections to this server from now on.
    pub(super) fn choose_for_new(&self, server: SocketAddr) {
        *self.chosen.lock().unwrap() = server;
    }

    /// Passes all connections to this server from now on, and ends those to another one.
    pub(crate) fn choose(&self, server: SocketAddr) {
        self.choose_for_new(server);
        self.open.lock().unwrap().drain(..).for_each(|connection| drop(connection.shutdown(Shutdown::Both)));
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream) {
    std::thread::spawn(move || {
        let _ = io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Both);
    });
}
