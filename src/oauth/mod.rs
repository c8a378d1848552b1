//! The protocols: requests out, responses in. This room knows no cache, no store and no terminal.
//!
//! Making a request and understanding an answer are pure; only [`Network`] touches the network. The messages are our
//! own: clients of the Microsoft identity platform need members of error answers (`suberror`, `claims`, `error_codes`)
//! and tolerance (numbers as strings, absent members) that general OAuth libraries drop.

mod http;
mod network;
mod url;

pub use http::{Body, Http, Request, Response, Stage, TransportError};
pub use network::{Network, NetworkOptions, ProxyRules};
pub use url::AuthorityError;
