//! A refresh lease whose holder leaves nothing in plain for the next one either.

use std::path::PathBuf;

use zeroize::Zeroizing;

use super::envelope::{self, Header, Recognised, recognise};
use crate::store::RefreshLease;
use crate::store::keys::Key;

/// The lease of the inner store, and what seals the document at this moment.
pub(super) struct SealedLease {
    inner: Box<dyn RefreshLease>,
    header: Header,
    key: Key,
}

impl SealedLease {
    pub(super) fn new(inner: Box<dyn RefreshLease>, document: &Header, key: Key) -> Self {
        SealedLease { inner, header: rescue_header(document), key }
    }
}

/// What seals what is rescued beside the `document`: another place, so that neither is taken for the other.
pub(super) fn rescue_header(document: &Header) -> Header {
    Header::new(document.key.clone(), format!("rescue of {}", document.place))
}

impl RefreshLease for SealedLease {
    fn rescue(&self, bytes: &[u8]) -> Option<PathBuf> {
        self.inner.rescue(&envelope::seal(&self.header, &self.key, bytes)?)
    }

    /// What was sealed with another key since is as good as nothing, and what is plain was not left by a holder.
    fn rescued(&self) -> Vec<Zeroizing<Vec<u8>>> {
        let opened = |bytes: &Zeroizing<Vec<u8>>| match recognise(bytes) {
            Recognised::Sealed(envelope) if envelope.header == self.header => envelope.open(&self.key),
            _ => None,
        };
        self.inner.rescued().iter().filter_map(opened).collect()
    }

    fn forget_rescued(&self) {
        self.inner.forget_rescued();
    }

    fn note(&self, note: Option<&[u8]>) {
        self.inner.note(note);
    }
}
