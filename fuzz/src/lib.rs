//! Shared by the fuzz targets: a server with the fuzzer's answers, a store with the fuzzer's bytes, and a second,
//! simple JSON parser for comparison.

mod allocation;
pub mod document;
pub mod expired;
pub mod json;
pub mod server;
pub mod store;
pub mod url;
