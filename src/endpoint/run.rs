//! Runs an endpoint until its time is up, a signal arrives, or its program has ended.

use std::io;
use std::process::{Child, Command, ExitStatus};
use std::sync::Arc;
use std::time::Duration;

use tokcache_file::platform;
use tokio::sync::mpsc::{Sender, channel};

use super::listener::Listener;
use super::server::{Service, serve};
use super::task::{spawn, spawn_blocking};
use crate::output::tell;

/// The limits of an endpoint's life.
pub(crate) struct Bounds {
    /// The endpoint ends after this time. The program continues.
    pub(crate) duration: Option<Duration>,
    /// The endpoint ends with this program, which gets the signals of this process.
    pub(crate) program: Option<Command>,
}

/// Waits until no token is being requested.
pub(crate) type Finish = Box<dyn FnOnce() + Send>;

/// Why an endpoint cannot run.
#[derive(Debug)]
pub(crate) enum RunError {
    /// The program cannot be started.
    Program(io::Error),
    /// The system does not report signals, or the end of the program.
    System(io::Error),
}

impl From<io::Error> for RunError {
    fn from(error: io::Error) -> Self {
        RunError::System(error)
    }
}

/// Why an endpoint has ended.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    /// Its program has ended.
    Child(ExitStatus),
    /// This signal has arrived.
    Signal(i32),
    /// Its time is up.
    Time,
}

enum Event {
    /// Looks whether the program has ended.
    Child,
    Signal(i32),
    Time,
    /// No token is being requested any more.
    Idle,
}

/// Serves requests until the first bound is reached. Then calls `finish`, which returns once no token is being
/// requested; a second signal does not wait for that. Closes all connections.
///
/// # Errors
/// The program cannot be started, or the system does not report signals.
pub(crate) async fn run(
    listener: Listener,
    service: Arc<dyn Service>,
    bounds: Bounds,
    finish: Finish,
) -> Result<End, RunError> {
    let Bounds { duration, program } = bounds;
    let (sender, mut events) = channel(16);
    // Before the program starts: without this process, it would get no tokens.
    signals::listen(&sender, program.is_some())?;
    if let Some(duration) = duration {
        let sender = sender.clone();
        spawn(Box::pin(async move {
            tokio::time::sleep(duration).await;
            let _ = sender.send(Event::Time).await;
        }));
    }
    let server = spawn(Box::pin(serve(listener, service)));
    let mut child = program.map(|mut program| platform::spawn(&mut program)).transpose().map_err(RunError::Program)?;
    if child.is_some() {
        signals::watch(&sender);
    }
    let end = loop {
        match (events.recv().await, &mut child) {
            (Some(Event::Child), Some(child)) => match child.try_wait()? {
                Some(status) => break End::Child(status),
                None => signals::watch(&sender),
            },
            (Some(Event::Signal(signal)), Some(child)) => signals::forward(signal, child),
            (Some(Event::Signal(signal)), None) => break End::Signal(signal),
            (Some(Event::Time), Some(_)) => {
                tell("the time limit is reached: the program gets no more tokens");
                server.abort();
            }
            (Some(Event::Time), None) | (None, _) => break End::Time,
            (Some(Event::Child | Event::Idle), _) => {}
        }
    };
    server.abort();
    let idle = sender.clone();
    spawn_blocking(Box::new(move || {
        finish();
        let _ = idle.blocking_send(Event::Idle);
    }));
    while !matches!(events.recv().await, Some(Event::Idle | Event::Signal(_)) | None) {}
    Ok(end)
}

#[cfg(unix)]
mod signals {
    use super::*;

    use tokio::signal::unix::{SignalKind, signal};

    /// Sends an event for each signal that ends a process, unless this process ignores it, and for each that a child
    /// process has ended.
    pub(super) fn listen(sender: &Sender<Event>, has_child: bool) -> io::Result<()> {
        let mut kinds =
            vec![SignalKind::hangup(), SignalKind::interrupt(), SignalKind::quit(), SignalKind::terminate()];
        if has_child {
            kinds.extend([SignalKind::user_defined1(), SignalKind::user_defined2(), SignalKind::child()]);
        }
        for kind in kinds {
            let number = kind.as_raw_value();
            // A background job ignores Ctrl-C, and a program under `nohup` the end of the terminal.
            if kind != SignalKind::child() && platform::ignores_signal(number) {
                continue;
            }
            let mut signals = signal(kind)?;
            let sender = sender.clone();
            spawn(Box::pin(async move {
                while signals.recv().await.is_some() {
                    let event = if kind == SignalKind::child() { Event::Child } else { Event::Signal(number) };
                    if sender.send(event).await.is_err() {
                        return;
                    }
                }
            }));
        }
        Ok(())
    }

    /// Does nothing: a signal reports the end of a child process.
    pub(super) fn watch(_sender: &Sender<Event>) {}

    /// Passes a signal on. The terminal has sent Ctrl-C and Ctrl-\ to the program too, if both are in its foreground.
    pub(super) fn forward(signal: i32, child: &Child) {
        let comes_from_keys = [SignalKind::interrupt(), SignalKind::quit()].map(|kind| kind.as_raw_value());
        if !(comes_from_keys.contains(&signal) && platform::is_in_foreground()) {
            // A program that has ended meanwhile needs no signal.
            let _ = platform::send_signal(child, signal);
        }
    }
}

#[cfg(not(unix))]
mod signals {
    use super::*;

    /// How often to look whether the program has ended.
    const PAUSE: Duration = Duration::from_millis(50);

    /// Sends an event for Ctrl-C if there is no program. Otherwise the console sends it to the program too.
    pub(super) fn listen(sender: &Sender<Event>, has_child: bool) -> io::Result<()> {
        const SIGINT: i32 = 2;
        let sender = sender.clone();
        spawn(Box::pin(async move {
            while tokio::signal::ctrl_c().await.is_ok() {
                if !has_child && sender.send(Event::Signal(SIGINT)).await.is_err() {
                    return;
                }
            }
        }));
        Ok(())
    }

    /// Looks again whether the program has ended, after a pause.
    pub(super) fn watch(sender: &Sender<Event>) {
        let sender = sender.clone();
        spawn(Box::pin(async move {
            tokio::time::sleep(PAUSE).await;
            let _ = sender.send(Event::Child).await;
        }));
    }

    /// Does nothing: this system has no signals.
    pub(super) fn forward(_signal: i32, _child: &Child) {}
}
