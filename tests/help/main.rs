//! Tests the parts that help a user: the help and its examples, the manual pages, `explain` and `doctor`.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy allows them in test functions only")]

#[path = "../encryption/harness/bus.rs"]
#[allow(dead_code, reason = "the encryption tests use the rest")]
mod bus;
mod doctor;
mod doctor_commands;
mod doctor_network;
mod doctor_places;
mod examples;
mod explain;
mod held;
mod manual;
#[path = "../support/mod.rs"]
mod support;
