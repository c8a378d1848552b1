//! The document as text: the positions of its entries, and changes that copy everything else verbatim.

pub(super) mod document;
pub(super) mod edit;
pub(super) mod filter;
pub(super) mod index;
pub(super) mod member;
pub(super) mod rewrite;
pub(super) mod scan;
mod search;
pub(super) mod split;
pub(super) mod style;
