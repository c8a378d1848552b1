//! A home with a cache, and a session bus with or without a keyring.

mod bus;
mod home;

pub(crate) use crate::support::terminal::Terminal;
pub(crate) use bus::{Bus, Daemon, Prompter};
pub(crate) use home::{ACCESS_TOKEN, REFRESH_TOKEN};
