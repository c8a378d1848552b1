//! What the fuzz targets share: a server that says what the fuzzer made up, a store that holds it, and a second, plain
//! reading of JSON to hold the program's own against.

mod allocation;
pub mod document;
pub mod expired;
pub mod json;
pub mod server;
pub mod store;
pub mod url;
