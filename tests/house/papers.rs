//! The papers say what the program does.
