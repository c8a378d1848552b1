use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A private certificate authority, and its certificates for a server at `localhost` and for a client.
pub struct Certificates(TempDir);

impl Certificates {
    /// Makes new certificates that are valid for a day. Needs `openssl`.
    #[expect(clippy::disallowed_methods, reason = "a file of a test")]
    pub fn generate() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let extensions = "subjectAltName=DNS:localhost,IP:127.0.0.1";
        std::fs::write(folder.path().join("extensions"), extensions).expect("a file");
        let certificates = Certificates(folder);
        let new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
        let authority = ["req", "-x509", "-days", "1", "-subj", "/CN=authority", "-keyout", "ca.key", "-out", "ca.pem"];
        certificates.openssl(&[&authority[..], &new_key].concat());
        for name in ["server", "client"] {
            let [key, request, certificate] = ["key", "csr", "pem"].map(|kind| format!("{name}.{kind}"));
            let subject = format!("/CN={name}");
            certificates
                .openssl(&[&["req", "-subj", &subject, "-keyout", &key, "-out", &request], &new_key[..]].concat());
            let sign = ["x509", "-req", "-days", "1", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"];
            certificates
                .openssl(&[&sign[..], &["-in", &request, "-out", &certificate, "-extfile", "extensions"]].concat());
        }
        certificates
    }

    /// Returns the path of a PEM file: `ca.pem`, `server.pem`, `server.key`, `client.pem` or `client.key`.
    pub fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn openssl(&self, arguments: &[&str]) {
        let mut openssl = Command::new("openssl");
        let output = openssl.args(arguments).current_dir(self.0.path()).stdin(Stdio::null()).output();
        let output = output.expect("openssl is installed");
        assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}
