//! Opens TCP connections as in RFC 8305 ("happy eyeballs"): if an address of the host does not answer, the next address
//! is tried in parallel. A route that drops packets, as broken IPv6 does, then costs a quarter of a second instead of
//! the whole timeout.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use ureq::Error;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, Transport,
};

use super::cancellation::Cancellation;

/// How long an address is tried alone before the next one is tried in parallel (RFC 8305 §5).
pub(super) const HEAD_START: Duration = Duration::from_millis(250);

/// The number of bytes that are still read after the time is up, so that a server cannot go on for ever.
const MOST_LATE: usize = 2 << 20;

/// A ureq connector to the server or the proxy. Does nothing if an earlier connector has connected.
#[derive(Debug, Default)]
pub(super) struct HappyEyeballs {
    /// Ends the connection early.
    pub(super) cancellation: Option<Cancellation>,
}

impl<In: Transport> Connector<In> for HappyEyeballs {
    type Out = Either<In, Tcp>;

    fn connect(&self, details: &ConnectionDetails<'_>, chained: Option<In>) -> Result<Option<Self::Out>, Error> {
        if chained.is_some() {
            return Ok(chained.map(Either::A));
        }
        let timeout = details.timeout.not_zero().map_or(Duration::MAX, |timeout| *timeout);
        let stream = race(&details.addrs, timeout, HEAD_START).map_err(|error| match error.kind() {
            ErrorKind::TimedOut => Error::Timeout(details.timeout.reason),
            _ => Error::Io(error),
        })?;
        stream.set_nodelay(true)?;
        if let Some(cancellation) = &self.cancellation {
            cancellation.watch(&stream)?;
        }
        let buffers = LazyBuffers::new(details.config.input_buffer_size(), details.config.output_buffer_size());
        Ok(Some(Either::B(Tcp { stream, buffers, late: 0 })))
    }
}

/// Returns the first connection to succeed. Tries the addresses in the resolver's order, alternating between the two
/// families. Each attempt starts `head_start` after the previous one, or at once if that has failed.
///
/// # Errors
/// `TimedOut` if no attempt succeeds within `timeout`; otherwise the most informative failure.
pub(super) fn race(addresses: &[SocketAddr], timeout: Duration, head_start: Duration) -> io::Result<TcpStream> {
    let mut untried = alternating(addresses).into_iter();
    if let [only] = addresses {
        return connect(*only, timeout);
    }
    let started = Instant::now();
    let (sender, outcomes) = mpsc::channel();
    let (mut running, mut failure) = (0, None);
    loop {
        let left = timeout.saturating_sub(started.elapsed());
        if left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        let next = untried.next();
        if let Some(address) = next {
            try_beside(address, left, &sender)?;
            running += 1;
        }
        let is_last = untried.len() == 0;
        if running == 0 {
            return Err(failure.unwrap_or_else(|| ErrorKind::AddrNotAvailable.into()));
        }
        match outcomes.recv_timeout(if is_last { left } else { left.min(head_start) }) {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => {
                running -= 1;
                failure = Some(more_telling(failure, error));
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
        }
    }
}

/// Connects in a new thread. A thread that loses the race ends by itself and closes its connection.
fn try_beside(address: SocketAddr, timeout: Duration, outcomes: &Sender<io::Result<TcpStream>>) -> io::Result<()> {
    let outcomes = outcomes.clone();
    let attempt = move || drop(outcomes.send(connect(address, timeout)));
    thread::Builder::new().name("connect".to_owned()).stack_size(64 << 10).spawn(attempt).map(drop)
}

fn connect(address: SocketAddr, timeout: Duration) -> io::Result<TcpStream> {
    if timeout == Duration::MAX { TcpStream::connect(address) } else { TcpStream::connect_timeout(&address, timeout) }
}

/// Returns the more informative error. A missing route for one family says nothing about the host.
fn more_telling(before: Option<io::Error>, error: io::Error) -> io::Error {
    const OF_THIS_MACHINE: [ErrorKind; 3] =
        [ErrorKind::NetworkUnreachable, ErrorKind::HostUnreachable, ErrorKind::AddrNotAvailable];
    match before {
        Some(before) if OF_THIS_MACHINE.contains(&error.kind()) => before,
        _ => error,
    }
}

/// Alternates between the families, beginning with that of the first address (RFC 8305 §4).
fn alternating(addresses: &[SocketAddr]) -> Vec<SocketAddr> {
    let is_first_family = |address: &&SocketAddr| addresses.first().is_some_and(|a| a.is_ipv6() == address.is_ipv6());
    let (first, second): (Vec<SocketAddr>, Vec<SocketAddr>) = addresses.iter().partition(is_first_family);
    let longest = first.len().max(second.len());
    (0..longest).flat_map(|at| [first.get(at), second.get(at)]).flatten().copied().collect()
}

/// A TCP connection with ureq's interface.
#[derive(Debug)]
pub(super) struct Tcp {
    stream: TcpStream,
    buffers: LazyBuffers,
    /// The number of bytes that were read after the time was up.
    late: usize,
}

impl Transport for Tcp {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let timeout = timeout.for_write();
        self.stream.set_write_timeout(left(timeout)?)?;
        self.stream.write_all(&self.buffers.output()[..amount]).map_err(|error| timed(error, timeout))
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let timeout = timeout.for_read();
        let amount = match self.read_within(timeout) {
            Err(Error::Timeout(_)) => self.read_late().map_err(|error| timed(error, timeout))?,
            read => read?,
        };
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    fn is_open(&mut self) -> bool {
        // Each connection serves only one exchange.
        false
    }
}

impl Tcp {
    /// Waits for bytes and reads them.
    fn read_within(&mut self, timeout: NextTimeout) -> Result<usize, Error> {
        let started = Instant::now();
        let mut left = left(timeout)?;
        loop {
            self.stream.set_read_timeout(left)?;
            match self.stream.read(self.buffers.input_append_buf()) {
                // A signal interrupted the read. Linux does not resume a read that has a timeout.
                Err(error) if error.kind() == ErrorKind::Interrupted => {
                    left = left.map(|left| left.saturating_sub(started.elapsed()));
                    if left.is_some_and(|left| left.is_zero()) {
                        return Err(Error::Timeout(timeout.reason));
                    }
                }
                read => return read.map_err(|error| timed(error, timeout)),
            }
        }
    }

    /// Reads the bytes that have arrived although the time is up: the process may have been suspended, as by Ctrl-Z, and the
    /// answer may be the only copy of a new refresh token.
    fn read_late(&mut self) -> io::Result<usize> {
        if self.late > MOST_LATE {
            return Err(ErrorKind::TimedOut.into());
        }
        self.stream.set_nonblocking(true)?;
        let read = self.stream.read(self.buffers.input_append_buf());
        self.stream.set_nonblocking(false)?;
        self.late += *read.as_ref().unwrap_or(&0);
        read
    }
}

/// Returns the remaining time. The system does not accept a timeout of zero.
fn left(timeout: NextTimeout) -> Result<Option<Duration>, Error> {
    match timeout.after {
        after if after.is_not_happening() => Ok(None),
        after if after.is_zero() => Err(Error::Timeout(timeout.reason)),
        after => Ok(Some(*after)),
    }
}

fn timed(error: io::Error, timeout: NextTimeout) -> Error {
    match error.kind() {
        ErrorKind::WouldBlock | ErrorKind::TimedOut => Error::Timeout(timeout.reason),
        _ => Error::Io(error),
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(60);

    fn listener() -> (TcpListener, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        (listener, address)
    }

    /// Returns an address that does not answer while the other two values live. Nobody accepts the connections in its
    /// queue, and Linux drops packets once the queue is full.
    #[cfg(target_os = "linux")]
    fn mute() -> (TcpListener, Vec<TcpStream>, SocketAddr) {
        let (listener, address) = listener();
        let queued = std::iter::from_fn(|| TcpStream::connect_timeout(&address, Duration::from_millis(200)).ok());
        let queued = queued.collect();
        (listener, queued, address)
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn an_address_that_swallows_packets_costs_a_fraction_of_a_second() {
        let (_full, _queued, mute) = mute();
        let (_listener, address) = listener();
        let started = Instant::now();
        let stream = race(&[mute, mute, address], PATIENCE, HEAD_START).unwrap();
        assert_eq!(stream.peer_addr().unwrap(), address);
        let took = started.elapsed();
        assert!(took >= 2 * HEAD_START && took < Duration::from_secs(10), "{took:?}");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn addresses_that_all_swallow_packets_are_given_up_in_time() {
        let (_full, _queued, mute) = mute();
        let started = Instant::now();
        let error = race(&[mute, mute], Duration::from_secs(1), HEAD_START).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
        assert!(started.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn an_address_that_refuses_costs_no_time() {
        let refused = SocketAddr::from(([127, 0, 0, 1], 1));
        let (_listener, address) = listener();
        let started = Instant::now();
        // A head start longer than the test.
        let stream = race(&[refused, refused, address], PATIENCE, PATIENCE).unwrap();
        assert_eq!(stream.peer_addr().unwrap(), address);
        assert!(started.elapsed() < PATIENCE / 2);
        let error = race(&[refused, refused], PATIENCE, PATIENCE).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
        assert_eq!(race(&[], PATIENCE, PATIENCE).unwrap_err().kind(), ErrorKind::AddrNotAvailable);
    }

    #[test]
    fn what_arrived_before_the_time_was_up_is_read_afterwards_and_no_flood() {
        let (listener, address) = listener();
        let stream = TcpStream::connect(address).unwrap();
        let (mut server, _) = listener.accept().unwrap();
        let mut connection = Tcp { stream, buffers: LazyBuffers::new(1 << 16, 16), late: 0 };
        assert_eq!(connection.read_late().unwrap_err().kind(), ErrorKind::WouldBlock);
        server.write_all(b"answer").unwrap();
        while connection.read_late().is_err() {}
        assert_eq!(connection.late, b"answer".len());
        thread::spawn(move || while server.write_all(&[0; 1 << 16]).is_ok() {});
        while connection.late <= MOST_LATE {
            let _ = connection.read_late();
        }
        assert_eq!(connection.read_late().unwrap_err().kind(), ErrorKind::TimedOut);
    }

    #[test]
    fn families_take_turns_and_begin_with_the_resolver_s_first() {
        let six = |n: u16| SocketAddr::from(([0xFD00, 0, 0, 0, 0, 0, 0, n], 443));
        let four = |n: u8| SocketAddr::from(([10, 0, 0, n], 443));
        let mixed = [six(1), six(2), six(3), four(1), four(2)];
        assert_eq!(alternating(&mixed), [six(1), four(1), six(2), four(2), six(3)]);
        assert_eq!(alternating(&[four(1), four(2), six(1)]), [four(1), six(1), four(2)]);
        assert_eq!(alternating(&[four(2), four(1)]), [four(2), four(1)]);
    }

    #[test]
    fn what_this_machine_cannot_route_tells_least() {
        let (refused, unreachable) = (|| ErrorKind::ConnectionRefused.into(), || ErrorKind::NetworkUnreachable.into());
        assert_eq!(more_telling(Some(unreachable()), refused()).kind(), ErrorKind::ConnectionRefused);
        assert_eq!(more_telling(Some(refused()), unreachable()).kind(), ErrorKind::ConnectionRefused);
    }
}
