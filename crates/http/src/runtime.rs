//! The network and the clock for programs that run on tokio.

use std::sync::Arc;
use std::time::Duration;

use tokcache_core::future::BoxFuture;
use tokcache_core::oauth::{Head, Http, Reach, Request, Response, Stage, TransportError};
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
        Box::pin(async move { tokio::task::spawn_blocking(exchange).await.map_err(stopped)? })
    }

    fn probe<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Head, TransportError>> {
        let (network, request) = (Arc::clone(&self.0), request.clone());
        let probe = move || Handle::current().block_on(network.probe(&request));
        Box::pin(async move { tokio::task::spawn_blocking(probe).await.map_err(stopped)? })
    }

    fn reach<'a>(&'a self, url: &'a str) -> BoxFuture<'a, Option<Reach>> {
        let (network, url) = (Arc::clone(&self.0), url.to_owned());
        let reach = move || Handle::current().block_on(network.reach(&url));
        Box::pin(async move { tokio::task::spawn_blocking(reach).await.ok()? })
    }

    fn presents_certificate(&self) -> bool {
        self.0.presents_certificate()
    }
}

fn stopped(_: tokio::task::JoinError) -> TransportError {
    TransportError { stage: Stage::Unknown, message: "the runtime is stopping".to_owned() }
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
