//! The document as text: where its entries stand, and changes that copy everything else to the letter.

pub(super) mod document;
pub(super) mod edit;
pub(super) mod filter;
pub(super) mod index;
pub(super) mod member;
pub(super) mod rewrite;
pub(super) mod scan;
mod search;
pub(super) mod style;
