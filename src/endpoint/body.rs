//! The bodies of responses.

use std::any::Any;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, SizeHint};
use hyper::{Response, StatusCode, header};
use tokio::sync::mpsc::Receiver;
use zeroize::Zeroizing;

/// The body of a response.
pub(crate) enum ResponseBody {
    /// A body in memory.
    Whole(Bytes),
    /// A body whose parts are sent as they arrive, and a value that is dropped when the client has the whole body, or is
    /// gone.
    Stream { parts: Receiver<io::Result<Bytes>>, _owner: Box<dyn Any + Send> },
}

impl ResponseBody {
    /// Returns the body for a text that contains a secret. It is wiped on drop.
    pub(crate) fn secret(text: Zeroizing<String>) -> Self {
        struct Owner(Zeroizing<String>);
        impl AsRef<[u8]> for Owner {
            fn as_ref(&self) -> &[u8] {
                self.0.as_bytes()
            }
        }
        ResponseBody::Whole(Bytes::from_owner(Owner(text)))
    }
}

/// Returns a response of plain text.
pub(crate) fn text(status: StatusCode, text: impl Into<String>) -> Response<ResponseBody> {
    let mut response = Response::new(ResponseBody::Whole(Bytes::from(text.into() + "\n")));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    response
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match self.get_mut() {
            ResponseBody::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            ResponseBody::Whole(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            ResponseBody::Stream { parts, .. } => {
                parts.poll_recv(context).map(|part| part.map(|part| part.map(Frame::data)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, ResponseBody::Whole(bytes) if bytes.is_empty())
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            ResponseBody::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            ResponseBody::Stream { .. } => SizeHint::default(),
        }
    }
}
