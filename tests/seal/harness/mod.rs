//! A home with a cache in it, and a session bus with or without a keyring.

mod bus;
mod home;
mod terminal;

pub(crate) use bus::{Bus, Daemon, Prompter};
pub(crate) use home::{ACCESS_TOKEN, Home, REFRESH_TOKEN, assert_fails, assert_succeeds};
pub(crate) use terminal::Terminal;
