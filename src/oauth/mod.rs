//! The protocols: requests out, responses in. This room knows no cache, no store and no terminal.

mod http;

pub use http::{Body, Http, Request, Response, Stage, TransportError};
