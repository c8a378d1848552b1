//! Passes curl's output on, unless the server wants another token.

use std::io::{self, Read, Write};
use std::process::Child;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use tokcache_core::oauth::Challenge;
use tokcache_file::platform::Forwarding;

use super::attempt::in_thread;
use super::response::{Headers, Verdict};

/// The time between two looks at the signals that have arrived.
const PAUSE: Duration = Duration::from_millis(50);

/// The output that is held back until the server has answered.
const MOST_HELD: usize = 1 << 20;

/// Bytes from curl.
pub(super) enum Heard {
    Header(Vec<u8>),
    /// There are no more headers.
    HeadersEnd,
    Output(Vec<u8>),
    Error(Vec<u8>),
}

/// Returns everything that curl writes.
pub(super) fn hear(headers: io::PipeReader, child: &mut Child) -> io::Result<Receiver<Heard>> {
    let (sender, receiver) = sync_channel(16);
    let of_headers = sender.clone();
    in_thread(move || {
        read_all(headers, &of_headers, Heard::Header);
        let _ = of_headers.send(Heard::HeadersEnd);
    })?;
    if let Some(stdout) = child.stdout.take() {
        let sender = sender.clone();
        in_thread(move || read_all(stdout, &sender, Heard::Output))?;
    }
    if let Some(stderr) = child.stderr.take() {
        in_thread(move || read_all(stderr, &sender, Heard::Error))?;
    }
    Ok(receiver)
}

fn read_all(mut source: impl Read, sender: &SyncSender<Heard>, heard: fn(Vec<u8>) -> Heard) {
    let mut buffer = [0; 16_384];
    while let Ok(length @ 1..) = source.read(&mut buffer) {
        if sender.send(heard(buffer[..length].to_vec())).is_err() {
            return;
        }
    }
}

/// Passes curl's output on, as soon as the headers say that the response is for the caller. Returns the challenge if it
/// is not.
pub(super) fn relay(
    heard: &Receiver<Heard>,
    child: &Child,
    forwarding: &Forwarding,
    mut can_answer: impl FnMut(&Challenge) -> bool,
) -> Option<Box<Challenge>> {
    let mut headers = Headers::default();
    let (mut held, mut length) = (Vec::new(), 0);
    let mut verdict = Verdict::Unknown;
    loop {
        forwarding.pass_on(child);
        let (new, is_error) = match heard.recv_timeout(PAUSE) {
            Ok(Heard::Header(bytes)) => {
                if verdict == Verdict::Unknown {
                    verdict = match headers.add(&bytes) {
                        Verdict::Challenged(challenge) if !can_answer(&challenge) => Verdict::Final,
                        verdict => verdict,
                    };
                }
                (Vec::new(), false)
            }
            Ok(Heard::HeadersEnd) => {
                if verdict == Verdict::Unknown {
                    verdict = Verdict::Final;
                }
                (Vec::new(), false)
            }
            Ok(Heard::Output(bytes)) => (bytes, false),
            Ok(Heard::Error(bytes)) => (bytes, true),
            Err(RecvTimeoutError::Timeout) => continue,
            Err(RecvTimeoutError::Disconnected) => break,
        };
        length += new.len();
        held.push((new, is_error));
        match &verdict {
            Verdict::Unknown if length <= MOST_HELD => {}
            Verdict::Challenged(_) => held.clear(),
            Verdict::Unknown | Verdict::Final => {
                verdict = Verdict::Final;
                if held.drain(..).any(|(bytes, is_error)| write(&bytes, is_error).is_err()) {
                    return None;
                }
            }
        }
    }
    match verdict {
        Verdict::Challenged(challenge) => Some(challenge),
        _ => None,
    }
}

fn write(bytes: &[u8], is_error: bool) -> io::Result<()> {
    if is_error {
        // Nobody can be told that standard error is closed.
        let _ = io::stderr().write_all(bytes);
        return Ok(());
    }
    let mut stdout = io::stdout().lock();
    stdout.write_all(bytes)?;
    stdout.flush()
}
