//! Starts tasks and threads of the runtime. They are boxed, so that its code exists once for all of them.

use tokcache_core::future::BoxFuture;
use tokio::task::JoinHandle;

/// Starts a task.
pub(crate) fn spawn(task: BoxFuture<'static, ()>) -> JoinHandle<()> {
    tokio::spawn(task)
}

/// Runs a function that blocks on a thread of its own.
pub(crate) fn spawn_blocking(function: Box<dyn FnOnce() + Send>) {
    tokio::task::spawn_blocking(function);
}
