//! A home with a cache in it, and a session bus with or without a keyring.

mod bus;
mod home;
mod terminal;

pub(crate) use bus::{Bus, Daemon, Prompter};
pub(crate) use home::{ACCESS_TOKEN, REFRESH_TOKEN};
pub(crate) use terminal::Terminal;
