//! The body of a request on its way to the server.

use std::io::{self, ErrorKind, Read};
use std::pin::Pin;
use std::time::Duration;

use hyper::body::{Body as _, Bytes, Incoming};
use tokcache_http::Upload;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::endpoint::spawn;

/// The maximum length of a body that is kept in memory, so that the request can be repeated, in bytes.
const LONGEST_KEPT: u64 = 256 * 1024;

/// How long a client may send nothing in the middle of a body.
const LONGEST_SILENCE: Duration = Duration::from_secs(60);

/// How many parts of a stream wait in memory.
const PARTS: usize = 4;

/// The body of a request.
pub(super) enum RequestBody {
    None,
    /// A short body of known length.
    Kept(Bytes),
    /// A body that can be sent once.
    Stream(Incoming),
}

impl RequestBody {
    /// Keeps a short body of known length in memory.
    ///
    /// # Errors
    /// The client has not sent the whole body.
    pub(super) async fn receive(mut body: Incoming) -> io::Result<Self> {
        if body.is_end_stream() {
            return Ok(RequestBody::None);
        }
        let Some(length) = body.size_hint().exact().filter(|length| *length <= LONGEST_KEPT) else {
            return Ok(RequestBody::Stream(body));
        };
        let mut kept = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
        while let Some(part) = next(&mut body).await {
            kept.extend_from_slice(&part?);
        }
        Ok(RequestBody::Kept(kept.into()))
    }

    /// Whether the body can be sent again.
    pub(super) fn is_repeatable(&self) -> bool {
        !matches!(self, RequestBody::Stream(_))
    }

    /// Returns the body for one exchange. A stream is sent once.
    pub(super) fn upload(&mut self) -> Option<Upload> {
        match std::mem::replace(self, RequestBody::None) {
            RequestBody::None => None,
            RequestBody::Kept(bytes) => {
                *self = RequestBody::Kept(bytes.clone());
                Some(Box::new(io::Cursor::new(bytes)))
            }
            RequestBody::Stream(body) => {
                let (sender, receiver) = channel(PARTS);
                drop(spawn(Box::pin(pump(body, sender))));
                Some(Box::new(Parts { receiver, rest: Bytes::new(), is_whole: false }))
            }
        }
    }
}

/// Returns the next data of a body.
///
/// # Errors
/// The client is gone, or silent for too long.
async fn next(body: &mut Incoming) -> Option<io::Result<Bytes>> {
    loop {
        let frame = std::future::poll_fn(|context| Pin::new(&mut *body).poll_frame(context));
        let Ok(frame) = tokio::time::timeout(LONGEST_SILENCE, frame).await else {
            return Some(Err(ErrorKind::TimedOut.into()));
        };
        match frame?.map(hyper::body::Frame::into_data) {
            Ok(Ok(data)) => return Some(Ok(data)),
            // Trailers.
            Ok(Err(_)) => {}
            Err(error) => return Some(Err(io::Error::other(error))),
        }
    }
}

/// Sends the parts of a body; `None` stands for its end.
async fn pump(mut body: Incoming, sender: Sender<io::Result<Option<Bytes>>>) {
    loop {
        let part = next(&mut body).await.transpose();
        let is_last = !matches!(part, Ok(Some(_)));
        if sender.send(part).await.is_err() || is_last {
            return;
        }
    }
}

/// Reads the parts of a body on another thread.
struct Parts {
    receiver: Receiver<io::Result<Option<Bytes>>>,
    rest: Bytes,
    is_whole: bool,
}

impl Read for Parts {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.rest.is_empty() && !self.is_whole {
            // A body that is cut off must not look like a whole one.
            match self.receiver.blocking_recv().ok_or(ErrorKind::UnexpectedEof)?? {
                Some(part) => self.rest = part,
                None => self.is_whole = true,
            }
        }
        let length = self.rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&self.rest.split_to(length));
        Ok(length)
    }
}
