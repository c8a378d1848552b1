//! HTTP servers for the programs of this machine: on a loopback address or a Unix socket, for one user, for a limited
//! time.

mod body;
mod guard;
mod listener;
mod run;
mod secret;
mod server;
mod task;

pub(crate) use body::{ResponseBody, text};
pub(crate) use guard::Guard;
pub(crate) use listener::{Listener, Peer};
pub(crate) use run::{Bounds, End, Finish, RunError, run};
pub(crate) use secret::EndpointSecret;
pub(crate) use server::{Answer, Service};
pub(crate) use task::{spawn, spawn_blocking};
