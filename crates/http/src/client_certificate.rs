//! The certificate that the client presents in TLS (mTLS, RFC 8705).

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use zeroize::Zeroizing;

use super::trust::TrustError;

/// The file with a certificate, its chain and its private key.
#[derive(Clone)]
pub struct ClientCertificateFile {
    path: PathBuf,
    read: Arc<ReadFile>,
}

type ReadFile = dyn Fn(&Path) -> io::Result<Zeroizing<Vec<u8>>> + Send + Sync;

impl ClientCertificateFile {
    /// Returns the file at this path. `read` returns its content in PEM: it checks that only the user can change the
    /// file, and converts other formats. It is called before the first https request.
    pub fn new(
        path: impl Into<PathBuf>,
        read: impl Fn(&Path) -> io::Result<Zeroizing<Vec<u8>>> + Send + Sync + 'static,
    ) -> Self {
        ClientCertificateFile { path: path.into(), read: Arc::new(read) }
    }

    /// Returns the file at this path, in PEM. Nothing is checked.
    pub fn pem(path: impl Into<PathBuf>) -> Self {
        ClientCertificateFile::new(path, |path| fs::read(path).map(Zeroizing::new))
    }

    /// Reads the file. The errors do not repeat its content.
    pub(super) fn load(&self) -> Result<ClientCertificate, TrustError> {
        load(&self.path, |path| (self.read)(path))
    }
}

impl fmt::Debug for ClientCertificateFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ClientCertificateFile").field("path", &self.path).finish_non_exhaustive()
    }
}

/// A certificate with its chain and private key.
pub(super) struct ClientCertificate {
    pub(super) path: PathBuf,
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) key: PrivateKeyDer<'static>,
}

fn load(
    path: &Path,
    read: impl FnOnce(&Path) -> io::Result<Zeroizing<Vec<u8>>>,
) -> Result<ClientCertificate, TrustError> {
    let wrong = |why: &str| TrustError::client_certificate(path, why);
    let text = read(path).map_err(|error| wrong(&error.to_string()))?;
    let chain: Vec<_> = CertificateDer::pem_slice_iter(&text).flatten().collect();
    if chain.is_empty() {
        return Err(wrong("it contains no certificate in PEM form"));
    }
    let key = PrivateKeyDer::from_pem_slice(&text);
    let key = key.map_err(|_| wrong("it contains no private key without a password in PEM form"))?;
    Ok(ClientCertificate { path: path.to_owned(), chain, key })
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ClientCertificate").field("path", &self.path).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_key_or_a_certificate_is_refused_without_its_text() {
        for (text, words) in [
            (&b"canary"[..], "no certificate"),
            (include_bytes!("testdata/server.key"), "no certificate"),
            (include_bytes!("testdata/server.pem"), "no private key"),
        ] {
            let error = load(Path::new("/client.pem"), |_| Ok(Zeroizing::new(text.to_vec()))).unwrap_err().to_string();
            assert!(error.contains("/client.pem") && error.contains(words) && !error.contains("canary"), "{error}");
        }
    }
}
