//! The state that the clones of a store and its leases share.

use std::future::poll_fn;
use std::sync::Arc;

use redis::{Cmd, Value};
use tokcache_core::future::BoxFuture;
use tokcache_core::secret::WipedBytes;
use tokcache_core::store::Holder;
use tokio::runtime::Handle;

use crate::error::Error;
use crate::link::Link;
use crate::local_leases::LocalLeases;
use crate::script::Script;
use crate::settings::Settings;
use crate::single_flight::SingleFlight;

/// Longer names are cut.
const LONGEST_NAME: usize = 64;

/// The result of a read. All callers that asked at the same time share it.
pub(crate) type Found = Result<Option<Arc<WipedBytes>>, Error>;

pub(crate) struct Inner {
    pub(crate) settings: Arc<Settings>,
    pub(crate) link: Arc<Link>,
    pub(crate) local_leases: Arc<LocalLeases>,
    pub(crate) runtime: Handle,
    reads: Arc<SingleFlight<Found>>,
    holder: Holder,
}

impl Inner {
    pub(crate) fn new(settings: Settings) -> Result<Self, Error> {
        settings.check()?;
        let no_runtime =
            |_| Error::settings("a Redis store is opened within a tokio runtime, which it uses from then on");
        let runtime = Handle::try_current().map_err(no_runtime)?;
        let name = settings.program.clone().or_else(own_name).unwrap_or_default();
        let name: String = name.chars().filter(|letter| !letter.is_control()).take(LONGEST_NAME).collect();
        let program = Some(name).filter(|name| !name.is_empty());
        let holder = Holder { pid: Some(std::process::id()), program, age: None };
        let settings = Arc::new(settings);
        Ok(Inner {
            link: Arc::new(Link::new(Arc::clone(&settings), runtime.clone())),
            settings,
            local_leases: LocalLeases::new(holder.clone()),
            runtime,
            reads: SingleFlight::new(),
            holder,
        })
    }

    /// Returns this process as a lease names it: `PID PROGRAM`.
    pub(crate) fn holder_text(&self) -> String {
        let pid = self.holder.pid.unwrap_or_default();
        format!("{pid} {}", self.holder.program.as_deref().unwrap_or_default())
    }

    /// Reads with a command that returns bytes or nothing.
    pub(crate) async fn read(&self, name: &str, command: Cmd) -> Found {
        let link = Arc::clone(&self.link);
        self.reads.read(name, async move { found(&link, link.query(&command).await?) }).await
    }

    /// Reads with a script that has one key.
    pub(crate) async fn read_by(&self, name: &str, script: &'static Script, key: String) -> Found {
        let link = Arc::clone(&self.link);
        self.reads.read(name, async move { found(&link, link.run(script, &[&key], &[]).await?) }).await
    }
}

fn found(link: &Link, value: Value) -> Found {
    match value {
        Value::Nil => Ok(None),
        Value::BulkString(bytes) => Ok(Some(Arc::new(bytes.into()))),
        _ => Err(link.unexpected()),
    }
}

fn own_name() -> Option<String> {
    Some(std::env::current_exe().ok()?.file_stem()?.to_string_lossy().into_owned())
}

/// Runs `work` in the context of the store's runtime, whichever executor polls it.
pub(crate) fn within<'a, Output>(
    runtime: &Handle,
    work: impl Future<Output = Output> + Send + 'a,
) -> BoxFuture<'a, Output> {
    let (runtime, mut work) = (runtime.clone(), Box::pin(work));
    Box::pin(poll_fn(move |context| {
        let _entered = runtime.enter();
        work.as_mut().poll(context)
    }))
}
