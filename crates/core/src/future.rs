//! Futures without a runtime.

use std::future::poll_fn;
use std::pin::{Pin, pin};

/// The return type of an asynchronous method of a trait object. An implementation that never waits returns a ready
/// future, so that a program without a runtime can drive it.
pub type BoxFuture<'a, Output> = Pin<Box<dyn Future<Output = Output> + Send + 'a>>;

/// Polls `work` to its end, and `beside` whenever `work` is pending. Drops `beside` at the end.
pub(crate) async fn first<Output>(work: impl Future<Output = Output>, beside: impl Future<Output = ()>) -> Output {
    let (mut work, mut beside) = (pin!(work), pin!(beside));
    let mut is_over = false;
    poll_fn(|context| {
        let outcome = work.as_mut().poll(context);
        if outcome.is_pending() && !is_over {
            is_over = beside.as_mut().poll(context).is_ready();
        }
        outcome
    })
    .await
}
