//! The network and the clock for programs that run on tokio.

use std::sync::Arc;
use std::time::Duration;

use tokcache_core::future::BoxFuture;
use tokcache_core::oauth::{Http, Request, Response, Stage, TransportError};
use tokcache_core::time::{Clock, SystemClock, Timestamp};
use tokio::runtime::Handle;

use crate::Network;

/// The [`Network`] on the threads that tokio keeps for blocking work, so that a waiting request blocks no other.
#[derive(Clone, Debug)]
pub struct TokioNetwork(Arc<Network>);

impl TokioNetwork {
    /// Wraps the network.
    pub fn new(network: Network) -> Self {
        TokioNetwork(Arc::new(network))
    }
}

impl Http for TokioNetwork {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, TransportError>> {
        let (network, request) = (Arc::clone(&self.0), request.clone());
        let exchange = move || Handle::current().block_on(network.send(&request));
        Box::pin(async move {
            let stopped = |_| TransportError { stage: Stage::Unknown, message: "the runtime is stopping".to_owned() };
            tokio::task::spawn_blocking(exchange).await.map_err(stopped)?
        })
    }

    fn presents_certificate(&self) -> bool {
        self.0.presents_certificate()
    }
}

/// The operating system's clocks. A wait blocks no thread of the runtime.
#[derive(Debug, Default)]
pub struct TokioClock(SystemClock);

impl TokioClock {
    /// Starts counting.
    pub fn new() -> Self {
        TokioClock::default()
    }
}

impl Clock for TokioClock {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    fn sleep(&self, wait: Duration) {
        self.0.sleep(wait);
    }

    fn timer(&self, wait: Duration) -> Option<BoxFuture<'_, ()>> {
        Some(Box::pin(tokio::time::sleep(wait)))
    }
}
