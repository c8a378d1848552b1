//! Futures without a runtime.

use std::pin::Pin;

/// What an asynchronous method of a trait object returns. An implementation that never waits returns one that is ready,
/// so that a program without a runtime can drive it.
pub type BoxFuture<'a, Output> = Pin<Box<dyn Future<Output = Output> + Send + 'a>>;
