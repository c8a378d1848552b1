//! TLS with the certificates of the settings. Unlike ureq's own connector, it reports whose certificate the server
//! presents, and whether the server asks for one.

use std::fmt;
use std::io::{Read, Write};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use rustls::client::ResolvesClientCert;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, RootCertStore, SignatureScheme, StreamOwned};
use ureq::Error;
use ureq::unversioned::transport::time::{Duration, Instant};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, Transport, TransportAdapter,
};

use super::client_certificate::ClientCertificate;
use super::issuer::issuer_of;
use super::transport_error::Progress;
use super::trust::TrustError;
use tokcache_core::oauth::url::bare_host;

/// The settings of all connections of a network.
#[derive(Clone, Debug)]
pub(super) struct TlsSettings {
    config: Arc<ClientConfig>,
    verifier: Arc<WebPkiServerVerifier>,
}

impl TlsSettings {
    /// Trusts `roots`, and presents `certificate` to servers that ask for one.
    pub(super) fn new(roots: RootCertStore, certificate: Option<ClientCertificate>) -> Result<Self, TrustError> {
        let unusable = |error: &dyn fmt::Display| TrustError::System(format!("TLS cannot be used: {error}"));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
        let verifier = verifier.build().map_err(|error| unusable(&error))?;
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| unusable(&error))?
            .with_webpki_verifier(Arc::clone(&verifier));
        let config = match certificate {
            None => config.with_no_client_auth(),
            Some(ClientCertificate { path, chain, key }) => config
                .with_client_auth_cert(chain, key)
                .map_err(|error| TrustError::client_certificate(&path, &error.to_string()))?,
        };
        Ok(TlsSettings { config: Arc::new(config), verifier })
    }

    /// Returns the settings for one exchange, which reports to `progress`.
    fn reporting_to(&self, progress: &Arc<Progress>) -> Arc<ClientConfig> {
        let mut config = ClientConfig::clone(&self.config);
        let verifier = ReportingVerifier { inner: Arc::clone(&self.verifier), progress: Arc::clone(progress) };
        config.dangerous().set_certificate_verifier(Arc::new(verifier));
        let inner = Arc::clone(&config.client_auth_cert_resolver);
        config.client_auth_cert_resolver = Arc::new(ReportingResolver { inner, progress: Arc::clone(progress) });
        Arc::new(config)
    }
}

/// A ureq connector that adds TLS to the connection of the connectors before it.
#[derive(Debug)]
pub(super) struct Tls {
    /// `None`: the request is plain http.
    pub(super) settings: Option<TlsSettings>,
    pub(super) progress: Arc<Progress>,
}

impl<In: Transport> Connector<In> for Tls {
    type Out = Either<In, Encrypted>;

    fn connect(&self, details: &ConnectionDetails<'_>, chained: Option<In>) -> Result<Option<Self::Out>, Error> {
        let Some(transport) = chained else { return Ok(None) };
        if !details.needs_tls() || transport.is_tls() {
            return Ok(Some(Either::A(transport)));
        }
        let settings = self.settings.as_ref().ok_or(Error::Tls("no certificates were loaded"))?;
        let name = ServerName::try_from(bare_host(details.uri)).map_err(|_| Error::Tls("not a name"))?.to_owned();
        let mut conn = ClientConnection::new(settings.reporting_to(&self.progress), name)?;
        let mut sock = TransportAdapter::new(transport.boxed(), details.current_time.clone());
        sock.set_timeout(remaining(details));
        conn.complete_io(&mut sock)?;
        let buffers = LazyBuffers::new(details.config.input_buffer_size(), details.config.output_buffer_size());
        Ok(Some(Either::B(Encrypted { buffers, stream: StreamOwned { conn, sock } })))
    }
}

/// Returns the time limit of the connection, less the time that the connectors before have used.
fn remaining(details: &ConnectionDetails<'_>) -> NextTimeout {
    let after = match (details.now, (details.current_time)(), details.timeout.after) {
        (Instant::Exact(started), Instant::Exact(now), Duration::Exact(limit)) => {
            Duration::Exact(limit.saturating_sub(now.saturating_duration_since(started)))
        }
        (_, _, limit) => limit,
    };
    NextTimeout { after, ..details.timeout }
}

/// An encrypted connection with ureq's interface.
pub(super) struct Encrypted {
    buffers: LazyBuffers,
    stream: StreamOwned<ClientConnection, TransportAdapter>,
}

impl Transport for Encrypted {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.stream.sock.set_timeout(timeout);
        Ok(self.stream.write_all(&self.buffers.output()[..amount])?)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.stream.sock.set_timeout(timeout);
        let amount = self.stream.read(self.buffers.input_append_buf())?;
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    fn is_open(&mut self) -> bool {
        self.stream.sock.get_mut().is_open()
    }

    fn is_tls(&self) -> bool {
        true
    }
}

impl fmt::Debug for Encrypted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Encrypted").finish_non_exhaustive()
    }
}

/// Reports the issuer that a server's certificate names, if the certificate cannot be trusted.
#[derive(Debug)]
struct ReportingVerifier {
    inner: Arc<WebPkiServerVerifier>,
    progress: Arc<Progress>,
}

impl ServerCertVerifier for ReportingVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verified = self.inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        if verified.is_err()
            && let Ok(mut issuer) = self.progress.issuer.lock()
        {
            // The last certificate of the chain names the CA that has to be trusted.
            *issuer = issuer_of(intermediates.last().unwrap_or(end_entity));
        }
        verified
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

/// Reports that a server has asked for a certificate.
#[derive(Debug)]
struct ReportingResolver {
    inner: Arc<dyn ResolvesClientCert>,
    progress: Arc<Progress>,
}

impl ResolvesClientCert for ReportingResolver {
    fn resolve(&self, roots: &[&[u8]], schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.progress.asked_for_certificate.store(true, Ordering::Relaxed);
        self.inner.resolve(roots, schemes)
    }

    fn has_certs(&self) -> bool {
        // Otherwise rustls does not call `resolve`.
        true
    }
}
