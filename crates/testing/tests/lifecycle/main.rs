//! Tests the life of a sign-in, with a stepped clock and a scripted server: empty, signed in, cached, aging, refreshed,
//! server down, expired, rotated, refused, signed out, and everything that can go wrong.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a life that cannot go on has failed")]

mod altered_store;
mod scripted_server;
mod world;

mod authorities;
mod clocks;
mod endpoints;
mod issuers;
mod large;
mod offers;
mod outages;
mod partitions;
mod refusals;
mod rescue;
mod retries;
mod scopes;
mod stay;
mod waiting;
mod whole;
