//! A thread that runs statements, one after the other, for callers that must not block.

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

/// A thread with a connection of its own. It ends, with all that was begun done, when this is dropped.
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

    /// Begins the work. The answer can be waited for on any runtime, or none.
    pub(super) fn run<Value: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<Value> + Send + 'static,
    ) -> Answer<Value> {
        let (tell, answer) = oneshot::channel();
        let job = move |session: &mut Session| {
            // Nobody may be waiting any more.
            let _ = tell.send(session.run(work));
        };
        // If the thread has ended, the answer says so.
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
    /// Until it has been there once: a file that disappears is no empty one.
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
                // The next connection may not meet the same fault.
                let error = failure(&self.settings, error);
                if !matches!(&error, StoreError::Backend { is_retryable: true, .. }) {
                    self.file = None;
                }
                Err(error)
            }
        }
    }
}
