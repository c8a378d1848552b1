//! Serves HTTP/1.1 on a listener.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokcache_core::future::BoxFuture;
use tokio::sync::Semaphore;

use super::body::ResponseBody;
use super::listener::{Listener, Peer, Stream};
use super::task::spawn;

/// The maximum number of connections at a time. More connections wait.
const MOST_CONNECTIONS: usize = 512;
/// The maximum length of the head of a request, in bytes.
const LONGEST_HEAD: usize = 64 * 1024;
/// How long a client may take to send the head of a request, and keep an idle connection.
const LONGEST_SILENCE: Duration = Duration::from_secs(60);
/// The maximum number of connections at a time of other users, or of users whom the system does not tell.
const MOST_OF_OTHERS: usize = 64;

/// How long to wait if the system has no file descriptor for another connection.
const PAUSE: Duration = Duration::from_millis(100);

/// The response to a request.
pub(crate) type Answer = BoxFuture<'static, Response<ResponseBody>>;

/// Answers the requests of an endpoint.
pub(crate) trait Service: Send + Sync {
    /// Answers one request.
    fn answer(self: Arc<Self>, request: Request<Incoming>, peer: Peer) -> Answer;
}

/// Serves connections until the task is aborted.
pub(super) async fn serve(listener: Listener, service: Arc<dyn Service>) {
    let permits = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let of_others = Arc::new(Semaphore::new(MOST_OF_OTHERS));
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                let permit = if peer == Peer::Own {
                    Arc::clone(&permits).acquire_owned().await.ok()
                } else {
                    // Other users get a refusal, and cannot keep the owner's programs out.
                    Arc::clone(&of_others).try_acquire_owned().ok()
                };
                let Some(permit) = permit else { continue };
                let service = Arc::clone(&service);
                spawn(Box::pin(async move {
                    serve_connection(stream, peer, service).await;
                    drop(permit);
                }));
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

async fn serve_connection(stream: Box<dyn Stream>, peer: Peer, service: Arc<dyn Service>) {
    let answer = service_fn(move |request| {
        let answer = Arc::clone(&service).answer(request, peer);
        async move { Ok::<_, Infallible>(answer.await) }
    });
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(LONGEST_SILENCE).max_buf_size(LONGEST_HEAD);
    // A client that is gone, or does not speak HTTP, concerns nobody else.
    let _ = server.serve_connection(TokioIo::new(stream), answer).await;
}
