//! What the fuzz targets share: a server that says what the fuzzer made up, and a second, plain reading of JSON to
//! hold the program's own against.

pub mod document;
pub mod json;
pub mod server;
pub mod url;
