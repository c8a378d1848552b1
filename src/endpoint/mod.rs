//! HTTP servers for the programs of this machine: on a loopback address or a Unix socket, for one user, for a limited
//! time.

mod body;
mod child;
mod guard;
mod listener;
mod run;
mod secret;
mod server;

pub(crate) use body::{ResponseBody, text};
pub(crate) use child::exit_status;
pub(crate) use guard::Guard;
pub(crate) use listener::{Listener, Peer};
pub(crate) use run::{Bounds, End, RunError, run};
pub(crate) use secret::EndpointSecret;
pub(crate) use server::{Answer, Service};
