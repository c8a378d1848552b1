//! The thread that runs all connections of a store.

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::pool::Pool;
use crate::database::Answer;
use crate::error::{DatabaseError, DatabaseErrorKind};

/// How long running statements may take after the store was dropped.
const LAST_STATEMENTS: Duration = Duration::from_secs(1);

/// A thread with its own runtime, because a connection must outlive the runtime of the caller that made it, if there is
/// one.
pub(super) struct RuntimeThread {
    runtime: Handle,
    url: String,
    /// Ends the thread when it is dropped.
    _alive: oneshot::Sender<()>,
}

impl RuntimeThread {
    pub(super) fn start(pool: Arc<Pool>) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let (handle, url) = (runtime.handle().clone(), pool.settings.url.clone());
        let (alive, ended) = oneshot::channel::<()>();
        let drive = move || {
            runtime.block_on(async move {
                // No message ever comes: this waits until the sender is dropped.
                let _ = ended.await;
                let _ = timeout(LAST_STATEMENTS, pool.finish()).await;
            });
        };
        thread::Builder::new().name("tokcache-postgres".to_owned()).spawn(drive)?;
        Ok(RuntimeThread { runtime: handle, url, _alive: alive })
    }

    /// Starts the work. The future of its result works on any runtime, or without one.
    pub(super) fn run<Value: Send + 'static>(
        &self,
        work: impl Future<Output = Result<Value, DatabaseError>> + Send + 'static,
    ) -> Answer<Value> {
        let (task, url) = (self.runtime.spawn(work), self.url.clone());
        Box::pin(async move {
            task.await
                .unwrap_or_else(|error| Err(DatabaseError::new(&url, DatabaseErrorKind::Other, error.to_string())))
                .map_err(Into::into)
        })
    }
}
