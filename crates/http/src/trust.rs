//! Loads the trusted certificates: the system's, and those of a CA file.

use std::env;
use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls_native_certs::{CertificateResult, load_certs_from_paths, load_native_certs};

/// The files in which Debian, Fedora, openSUSE and Alpine store all trusted certificates.
const BUNDLES: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// The maximum size in bytes. All certificates of a system take some hundred kilobytes.
const LARGEST: u64 = 16 << 20;

/// Why there are no trusted certificates.
#[derive(Clone, Debug)]
pub(super) enum TrustError {
    /// The CA file is invalid, with the reason for people.
    CaFile(String),
    /// The client's own certificate is invalid, with the reason for people.
    ClientCertificate(String),
    /// The system has no certificates, with the reason for people.
    System(String),
}

/// Loads the trust anchors.
pub(super) fn load(
    ca_file: Option<&Path>,
    check: impl FnOnce(&Path) -> io::Result<()>,
) -> Result<RootCertStore, TrustError> {
    ensure_bounded("SSL_CERT_FILE")?;
    let system = system();
    let mut certificates = system.certs;
    if let Some(path) = ca_file {
        let more = check(path)
            .map_err(|error| error.to_string())
            .and_then(|()| certificates_in(path))
            .map_err(|cause| TrustError::CaFile(format!("cannot read the CA file {}: {cause}", path.display())))?;
        let mut usable = RootCertStore::empty();
        if usable.add_parsable_certificates(more.iter().cloned()).0 == 0 {
            let what = format!("the CA file {} holds no certificate in PEM form", path.display());
            return Err(TrustError::CaFile(what));
        }
        certificates.extend(more);
    }
    if certificates.is_empty() {
        let reason = system.errors.first().map(|error| format!(" ({error})")).unwrap_or_default();
        let what = format!("this system has no trusted certificates{reason}: install them, or use --ca-file");
        return Err(TrustError::System(what));
    }
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(certificates);
    Ok(roots)
}

/// Refuses an endless file in a variable.
fn ensure_bounded(variable: &str) -> Result<(), TrustError> {
    let file = env::var_os(variable).and_then(|path| fs::metadata(path).ok());
    if file.is_none_or(|file| file.is_file() && file.len() <= LARGEST) {
        return Ok(());
    }
    Err(TrustError::System(format!("{variable} names no regular file of at most 16 MiB")))
}

/// Reads the certificates in a file or a pipe, up to the maximum size.
fn certificates_in(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let mut text = Vec::new();
    let file = File::open(path).map_err(|error| error.to_string())?;
    file.take(LARGEST + 1).read_to_end(&mut text).map_err(|error| error.to_string())?;
    if text.len() as u64 > LARGEST {
        return Err("it is larger than 16 MiB".to_owned());
    }
    CertificateDer::pem_slice_iter(&text).collect::<Result<_, _>>().map_err(|error| error.to_string())
}

/// Returns a variable. An empty one counts as unset.
fn set(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

/// Returns the places of the certificates that [`system`] returns, for people.
pub(super) fn system_sources() -> Vec<String> {
    let replaced = ["SSL_CERT_FILE", "SSL_CERT_DIR"].into_iter().filter_map(set);
    let replaced: Vec<_> = replaced.map(|path| path.to_string_lossy().into_owned()).collect();
    if !replaced.is_empty() {
        return replaced;
    }
    let bundle = BUNDLES.iter().find(|bundle| cfg!(target_os = "linux") && Path::new(bundle).is_file());
    vec![bundle.copied().unwrap_or("the system's certificates").to_owned()]
}

/// Returns the system's certificates. As with OpenSSL, `SSL_CERT_FILE` and `SSL_CERT_DIR` replace them. On Linux, reads
/// one bundle file instead of a folder with hundreds of links to the same certificates.
fn system() -> CertificateResult {
    let (file, folder) = (set("SSL_CERT_FILE"), set("SSL_CERT_DIR"));
    let is_replaced = file.is_some() || folder.is_some();
    let has_empty = |name| env::var_os(name).is_some_and(|value| value.is_empty());
    if is_replaced && (has_empty("SSL_CERT_FILE") || has_empty("SSL_CERT_DIR")) {
        return load_certs_from_paths(file.as_ref().map(Path::new), folder.as_ref().map(Path::new));
    }
    match BUNDLES.iter().map(Path::new).find(|bundle| bundle.is_file()) {
        Some(bundle) if cfg!(target_os = "linux") && !is_replaced => load_certs_from_paths(Some(bundle), None),
        _ => load_native_certs(),
    }
}

impl TrustError {
    pub(super) fn client_certificate(path: &Path, why: &str) -> Self {
        TrustError::ClientCertificate(format!("the client certificate {} cannot be used: {why}", path.display()))
    }
}

impl fmt::Display for TrustError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (TrustError::CaFile(what) | TrustError::ClientCertificate(what) | TrustError::System(what)) = self;
        formatter.write_str(what)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn with_file(content: &[u8]) -> Result<RootCertStore, TrustError> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(content).unwrap();
        load(Some(file.path()), |_| Ok(()))
    }

    #[test]
    fn a_missing_ca_file_is_named() {
        let Err(TrustError::CaFile(error)) = load(Some(Path::new("/nonexistent/ca.pem")), |_| Ok(())) else {
            panic!("trusted")
        };
        assert!(error.starts_with("cannot read the CA file /nonexistent/ca.pem: "), "{error}");
    }

    #[test]
    fn a_ca_file_without_a_certificate_is_an_error() {
        let not_der = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for content in [&b""[..], b"nonsense", not_der] {
            let Err(TrustError::CaFile(error)) = with_file(content) else { panic!("trusted") };
            assert!(error.contains("holds no certificate"), "{error}");
        }
    }

    #[test]
    fn the_certificates_of_the_ca_file_come_on_top() {
        let roots = with_file(include_bytes!("testdata/ca.pem")).unwrap();
        assert_eq!(roots.len(), system().certs.len() + 1);
    }
}
