//! The name of the place that a document is encrypted for.

use std::io;
use std::path::Path;

use super::EncryptedLocalStore;
use crate::{Description, text_of_path};

impl EncryptedLocalStore {
    /// Returns the name of the place that a document of this store is encrypted for.
    pub(super) fn place(&self) -> String {
        canonical(&self.inner.describe())
    }

    pub(super) fn is_here(&self, place: &str) -> bool {
        let description = self.inner.describe();
        description.url == place || canonical(&description) == place
    }
}

/// Returns the store's URL with symbolic links resolved.
fn canonical(description: &Description) -> String {
    let Some(path) = &description.path else { return description.url.clone() };
    let followed = path.canonicalize().or_else(|_| {
        let folder = path.parent().unwrap_or(Path::new(".")).canonicalize()?;
        Ok::<_, io::Error>(folder.join(path.file_name().unwrap_or_default()))
    });
    format!("file:{}", text_of_path(followed.as_deref().unwrap_or(path)))
}
