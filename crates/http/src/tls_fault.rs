//! Explains TLS errors, and decides whether a retry can help.

use std::time::Duration;

use rustls::{AlertDescription, CertificateError, Error, PeerIncompatible};

use tokcache_core::time::Timestamp;

/// A TLS error, explained for the person who has to fix it.
#[derive(Debug)]
pub(super) struct TlsFault {
    /// The cause, and a remedy if there is one.
    pub(super) words: String,
    /// Whether a retry cannot help.
    pub(super) is_permanent: bool,
}

/// Explains an error. All TLS errors go through this function, so that a retry is suggested only if it can help.
/// `issuer` is that of a certificate that cannot be trusted; `has_certificate` tells whether the client has one.
pub(super) fn explain(error: &Error, issuer: Option<&str>, has_certificate: bool) -> TlsFault {
    let (words, is_permanent) = match error {
        Error::InvalidCertificate(CertificateError::UnknownIssuer) => (unknown_issuer(issuer), true),
        Error::InvalidCertificate(error) => {
            let issued = issuer.map(|issuer| format!(" (its issuer is {issuer:?})")).unwrap_or_default();
            (certificate(error) + &issued, true)
        }
        Error::AlertReceived(alert) if is_alert_of_client_certificate(*alert) => {
            let words = if has_certificate {
                format!("it does not accept the certificate of --client-cert ({alert:?})")
            } else {
                "it wants a certificate from its clients; name one with --client-cert".to_owned()
            };
            (words, true)
        }
        Error::InvalidMessage(_) => {
            ("it does not answer in TLS; check the port, and whether the URL should begin with http:".to_owned(), true)
        }
        Error::NoCertificatesPresented => ("it has no certificate".to_owned(), true),
        Error::PeerIncompatible(error) => (incompatible(error), true),
        Error::AlertReceived(alert) => said(*alert),
        Error::NoApplicationProtocol => ("it does not offer HTTP".to_owned(), true),
        Error::UnsupportedNameType => ("no certificate can hold the name of this host".to_owned(), true),
        Error::InvalidCertRevocationList(_)
        | Error::InvalidEncryptedClientHello(_)
        | Error::BadMaxFragmentSize
        | Error::InconsistentKeys(_) => (error.to_string(), true),
        // A broken connection, an attack, or a temporary server problem.
        other => (other.to_string(), false),
    };
    TlsFault { words, is_permanent }
}

/// Whether the server refuses the client's certificate, or wants one. It does not process a request then.
pub(super) fn is_of_client_certificate(error: &Error) -> bool {
    matches!(error, Error::AlertReceived(alert) if is_alert_of_client_certificate(*alert))
}

fn is_alert_of_client_certificate(alert: AlertDescription) -> bool {
    use AlertDescription as Alert;
    matches!(
        alert,
        Alert::CertificateRequired
            | Alert::NoCertificate
            | Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateRevoked
            | Alert::CertificateExpired
            | Alert::CertificateUnknown
            | Alert::UnknownCA
            | Alert::AccessDenied
    )
}

/// A private CA, a proxy that inspects TLS, and a network that wants a sign-in first all look like this.
fn unknown_issuer(issuer: Option<&str>) -> String {
    let name = issuer.map(|issuer| format!(", {issuer:?},")).unwrap_or_default();
    format!(
        "the issuer of its certificate{name} is unknown; if this network wants you to sign in to it first, open any \
         page in a browser; if the issuer is a private CA or a proxy that inspects TLS, name the CA's certificate with \
         --ca-file"
    )
}

fn certificate(error: &CertificateError) -> String {
    use CertificateError as Fault;
    match error {
        Fault::ExpiredContext { time, not_after } => dated("expired on", *not_after, *time),
        Fault::Expired => {
            "its certificate has expired; check the clock of this machine, else the server has to be given a new one"
                .to_owned()
        }
        Fault::NotValidYetContext { time, not_before } => dated("is not valid before", *not_before, *time),
        Fault::NotValidYet => "its certificate is not valid yet; check the clock of this machine".to_owned(),
        Fault::NotValidForName | Fault::NotValidForNameContext { .. } => {
            format!(
                "its certificate is for another host: {error}; check the host name of the authority, and whether this network wants you to sign in to \
                 it first"
            )
        }
        Fault::Revoked => "its certificate was revoked; the server has to be given a new one".to_owned(),
        Fault::InvalidPurpose | Fault::InvalidPurposeContext { .. } => {
            "its certificate is not for servers; the server has to be given one with the extended key usage serverAuth"
                .to_owned()
        }
        Fault::BadEncoding | Fault::UnhandledCriticalExtension => {
            format!("its certificate cannot be read ({error}); the server has to be given another")
        }
        Fault::BadSignature => {
            "its certificate is not signed by the CA that it names; check --ca-file and SSL_CERT_FILE".to_owned()
        }
        Fault::UnsupportedSignatureAlgorithmContext { .. }
        | Fault::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            "its certificate is signed in a way that is not supported (SHA-1, or RSA of fewer than 2048 bits); the \
             server has to be given another"
                .to_owned()
        }
        // rustls has no variant for this error of its verifier.
        Fault::Other(other) => match format!("{other:?}") {
            text if text.contains("CaUsedAsEndEntity") => {
                "its certificate is that of a CA (CA:TRUE), which must not stand for a server; give the server one of \
                 its own (CA:FALSE), and name the certificate of the CA that issued it with --ca-file"
                    .to_owned()
            }
            text if text.contains("EndEntityUsedAsCa") => {
                "its certificate was issued by one that is not a CA (CA:FALSE); check the chain that the server sends"
                    .to_owned()
            }
            text if text.contains("UnsupportedCertVersion") => {
                "its certificate is older than version 3; the server has to be given another".to_owned()
            }
            _ => format!("its certificate cannot be trusted: {other}"),
        },
        // The variants without context are deprecated and cannot be named here.
        error => format!("its certificate cannot be trusted: {error}"),
    }
}

/// Says when the certificate's validity starts or ends, and this machine's time, which may be wrong.
fn dated(what: &str, then: impl Seconds, now: impl Seconds) -> String {
    format!(
        "its certificate {what} {}, and the clock of this machine says {}; set the clock if it is wrong, else the \
         server has to be given a new certificate",
        then.timestamp().rfc3339(),
        now.timestamp().rfc3339()
    )
}

fn incompatible(error: &PeerIncompatible) -> String {
    match error {
        PeerIncompatible::ServerDoesNotSupportTls12Or13
        | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig
        | PeerIncompatible::Tls12NotOffered
        | PeerIncompatible::Tls12NotOfferedOrEnabled => {
            "it speaks a version of TLS that is too old; TLS 1.2 or 1.3 is needed".to_owned()
        }
        other => format!("it and we have no way in common to encrypt: {other:?}"),
    }
}

/// Explains the server's alert. An internal problem of the server may be temporary.
fn said(alert: AlertDescription) -> (String, bool) {
    use AlertDescription as Alert;
    match alert {
        Alert::ProtocolVersion => ("it wants a version of TLS that is not 1.2 or 1.3".to_owned(), true),
        Alert::HandshakeFailure | Alert::InsufficientSecurity => {
            ("it and we have no way in common to encrypt".to_owned(), true)
        }
        Alert::UnrecognisedName => ("it does not know this host name; check it".to_owned(), true),
        Alert::NoApplicationProtocol => ("it does not offer HTTP".to_owned(), true),
        Alert::MissingExtension | Alert::UnsupportedExtension | Alert::IllegalParameter => {
            (format!("it refuses the handshake ({alert:?})"), true)
        }
        other => (format!("it ended the connection ({other:?})"), false),
    }
}

/// Converts the time types of other crates.
trait Seconds {
    fn timestamp(&self) -> Timestamp;
}

impl Seconds for rustls::pki_types::UnixTime {
    fn timestamp(&self) -> Timestamp {
        Timestamp::default().plus(Duration::from_secs(self.as_secs()))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rustls::pki_types::{ServerName, UnixTime};
    use rustls::{InvalidMessage, OtherError};

    use super::*;

    fn at(seconds: u64) -> UnixTime {
        UnixTime::since_unix_epoch(Duration::from_secs(seconds))
    }

    fn other(text: &'static str) -> CertificateError {
        CertificateError::Other(OtherError(Arc::new(std::io::Error::other(text))))
    }

    #[test]
    fn every_fault_is_told_with_its_remedy_and_none_of_them_is_to_be_tried_again() {
        let expected = ServerName::try_from("idp.example.com").unwrap();
        for (fault, words) in [
            (CertificateError::UnknownIssuer, "--ca-file"),
            (CertificateError::Expired, "clock"),
            (CertificateError::ExpiredContext { time: at(1_700_000_000), not_after: at(0) }, "1970-01-01T00:00:00Z"),
            (CertificateError::ExpiredContext { time: at(1_700_000_000), not_after: at(0) }, "2023-11-14T22:13:20Z"),
            (CertificateError::NotValidYet, "clock"),
            (CertificateError::NotValidYetContext { time: at(0), not_before: at(9) }, "set the clock"),
            (CertificateError::NotValidForName, "host name"),
            (
                CertificateError::NotValidForNameContext { expected, presented: vec!["DnsName(\"a\")".into()] },
                "host name",
            ),
            (CertificateError::Revoked, "revoked"),
            (CertificateError::InvalidPurpose, "serverAuth"),
            (CertificateError::BadEncoding, "cannot be read"),
            (CertificateError::UnhandledCriticalExtension, "cannot be read"),
            (CertificateError::BadSignature, "not signed by"),
            (CertificateError::UnknownRevocationStatus, "cannot be trusted"),
            (CertificateError::ApplicationVerificationFailure, "cannot be trusted"),
            (other("CaUsedAsEndEntity"), "CA:FALSE"),
            (other("EndEntityUsedAsCa"), "chain"),
            (other("UnsupportedCertVersion"), "version 3"),
            (other("MaximumSignatureChecksExceeded"), "cannot be trusted"),
        ] {
            let told = explain(&Error::InvalidCertificate(fault), Some("Any CA"), false);
            assert!(told.words.contains("\"Any CA\""), "{told:?}");
            assert!(told.words.contains(words), "{words} is not in {told:?}");
            assert!(told.is_permanent && !told.words.contains("OtherError"), "{told:?}");
        }
        for (fault, words) in [
            (Error::InvalidMessage(InvalidMessage::InvalidContentType), "port"),
            (Error::NoCertificatesPresented, "no certificate"),
            (Error::PeerIncompatible(PeerIncompatible::ServerDoesNotSupportTls12Or13), "too old"),
            (Error::PeerIncompatible(PeerIncompatible::NoCipherSuitesInCommon), "no way in common"),
            (Error::AlertReceived(AlertDescription::ProtocolVersion), "TLS"),
            (Error::AlertReceived(AlertDescription::HandshakeFailure), "no way in common"),
            (Error::AlertReceived(AlertDescription::UnrecognisedName), "host name"),
            (Error::AlertReceived(AlertDescription::CertificateRequired), "from its clients"),
            (Error::UnsupportedNameType, "name"),
        ] {
            let told = explain(&fault, None, false);
            assert!(told.words.contains(words) && told.is_permanent, "{words} is not in {told:?}");
        }
    }

    #[test]
    fn what_may_pass_is_to_be_tried_again() {
        for fault in [
            Error::AlertReceived(AlertDescription::InternalError),
            Error::AlertReceived(AlertDescription::CloseNotify),
            Error::DecryptError,
            Error::PeerSentOversizedRecord,
            Error::General("busy".to_owned()),
        ] {
            assert!(!explain(&fault, None, false).is_permanent, "{fault}");
        }
    }
}
