//! An exchange with the server, on a thread of its own.

use std::io::{self, Read as _};
use std::sync::Arc;

use hyper::body::Bytes;
use hyper::http::response::Parts;
use hyper::{Request, Response};
use tokcache_core::oauth::{Stage, TransportError};
use tokcache_http::{Cancellation, ForwardedBody, Network, Upload};
use tokio::sync::mpsc::{Sender, channel};
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use crate::endpoint::ResponseBody;

/// The length of the parts of a body, in bytes.
const PART: usize = 16 * 1024;

/// How many parts of a body wait in memory.
const PARTS: usize = 4;

/// Ends the exchange when the client has the whole answer, or is gone.
struct Exchange {
    cancellation: Cancellation,
    _permit: Arc<OwnedSemaphorePermit>,
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.cancellation.cancel();
    }
}

/// Sends the request. Returns the answer as soon as its head has arrived; its body follows as it arrives.
///
/// # Errors
/// There was no answer.
pub(super) async fn exchange(
    network: Arc<Network>,
    request: Request<Option<Upload>>,
    permit: Arc<OwnedSemaphorePermit>,
) -> Result<(Parts, ResponseBody), TransportError> {
    let exchange = Exchange { cancellation: Cancellation::default(), _permit: permit };
    let cancellation = exchange.cancellation.clone();
    let (sender, head) = oneshot::channel();
    let (parts, body) = channel(PARTS);
    tokio::task::spawn_blocking(move || match network.forward(request, &cancellation) {
        Ok(answer) => {
            let (head, body) = Response::into_parts(answer);
            if sender.send(Ok(head)).is_ok() {
                pass_on(body, &parts);
            }
        }
        Err(error) => drop(sender.send(Err(error))),
    });
    let ended = || TransportError { stage: Stage::Unknown, message: "the proxy has ended".to_owned() };
    let head = head.await.unwrap_or_else(|_| Err(ended()))?;
    Ok((head, ResponseBody::Stream { parts: body, _owner: Box::new(exchange) }))
}

/// Passes each part on as soon as it has arrived.
fn pass_on(mut body: ForwardedBody, parts: &Sender<io::Result<Bytes>>) {
    let mut buffer = vec![0; PART];
    loop {
        let part = body.read(&mut buffer).map(|length| Bytes::copy_from_slice(&buffer[..length]));
        let is_last = part.as_ref().map_or(true, Bytes::is_empty);
        let is_end = part.as_ref().is_ok_and(Bytes::is_empty);
        if is_end || parts.blocking_send(part).is_err() || is_last {
            return;
        }
    }
}
