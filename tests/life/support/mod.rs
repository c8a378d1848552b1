//! What the tests of the library share: a clock that is stepped by hand, and a server that follows a script.

mod clock;
mod scripted_server;

pub(crate) use clock::SteppedClock;
pub(crate) use scripted_server::{Exchange, Meanwhile, ScriptedServer, Want, want};
