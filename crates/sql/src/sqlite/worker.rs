//! A thread that runs statements in order, for callers that must not block.

use std::sync::mpsc::{self, Sender};
use std::thread::{self, JoinHandle};
use std::{io, mem};

use futures_channel::oneshot;
use rusqlite::Connection;
use tokcache_core::store::StoreError;

use super::failure::failure;
use super::open::OpenFile;
use super::settings::ResolvedSettings;
use crate::database::Answer;
use crate::error::{DatabaseError, DatabaseErrorKind};

type Job = Box<dyn FnOnce(&mut Session) + Send>;

/// A thread with its own connection. When this is dropped, the thread completes all work that was started, and ends.
pub(super) struct Worker {
    jobs: Sender<Job>,
    thread: Option<JoinHandle<()>>,
    url: String,
}

impl Worker {
    pub(super) fn start(settings: ResolvedSettings) -> io::Result<Self> {
        let (jobs, queue) = mpsc::channel::<Job>();
        let url = settings.url.clone();
        let mut session = Session { settings, file: None, may_create: true };
        let work = move || queue.into_iter().for_each(|job| job(&mut session));
        let thread = thread::Builder::new().name("tokcache-sqlite".to_owned()).spawn(work)?;
        Ok(Worker { jobs, thread: Some(thread), url })
    }

    /// Starts the work. The future of its result works on any runtime, or without one.
    pub(super) fn run<Value: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<Value> + Send + 'static,
    ) -> Answer<Value> {
        let (tell, answer) = oneshot::channel();
        let job = move |session: &mut Session| {
            // The caller may have dropped the future.
            let _ = tell.send(session.run(work));
        };
        // If the thread has ended, the future returns an error.
        let _ = self.jobs.send(Box::new(job));
        let url = self.url.clone();
        Box::pin(async move {
            answer.await.unwrap_or_else(|_| {
                Err(DatabaseError::new(&url, DatabaseErrorKind::Other, "the store's thread has ended").into())
            })
        })
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        drop(mem::replace(&mut self.jobs, mpsc::channel().0));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The state of the thread: the file, once it is open.
struct Session {
    settings: ResolvedSettings,
    file: Option<OpenFile>,
    /// Whether a missing file may be created: only until it was opened once, because a file that has disappeared is not
    /// an empty one.
    may_create: bool,
}

impl Session {
    fn run<Value>(
        &mut self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<Value>,
    ) -> Result<Value, StoreError> {
        let file = match self.file.take().filter(OpenFile::is_in_place) {
            Some(file) => self.file.insert(file),
            None => self.file.insert(OpenFile::open(&self.settings, self.may_create)?),
        };
        self.may_create = false;
        match work(&mut file.connection) {
            Ok(value) => Ok(value),
            Err(error) => {
                // The next connection may not have the same fault.
                let error = failure(&self.settings, error);
                if !matches!(&error, StoreError::Backend { is_retryable: true, .. }) {
                    self.file = None;
                }
                Err(error)
            }
        }
    }
}
