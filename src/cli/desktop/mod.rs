//! Programs of the user's desktop: the browser and the clipboard.

pub(super) mod browser;
pub(super) mod clipboard;
mod starter;
