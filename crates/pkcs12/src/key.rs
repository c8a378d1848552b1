//! The private key, in the form that `ring` and rustls read.

use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    Ed25519KeyPair, KeyPair as _, RsaKeyPair,
};
use zeroize::Zeroizing;

use crate::ber::{BIT_STRING, INTEGER, Malformed, OCTET_STRING, OID, Reader, SEQUENCE, encode, explicit};
use crate::certificate::{chain, public_keys};
use crate::error::Pkcs12Error;
use crate::safe::Contents;
use crate::{Identity, oid};

/// Returns the only key, with the certificates that belong to it.
pub(crate) fn identity(contents: Contents) -> Result<Identity, Pkcs12Error> {
    let Contents { mut keys, certificates } = contents;
    let key = keys.pop().ok_or(Pkcs12Error::NoKey)?;
    if !keys.is_empty() {
        return Err(Pkcs12Error::SeveralKeys);
    }
    if let Some(CurveKey { pkcs8, public_key }) = of_curve(&key, &certificates)? {
        return Ok(Identity { key: pkcs8, certificates: chain(certificates, &public_key) });
    }
    let certificates = match public_key(&key) {
        Some(public_key) => chain(certificates, &public_key),
        None => certificates,
    };
    Ok(Identity { key, certificates })
}

/// Returns the public key of a key that is not on a curve of [`CURVES`], in the format of certificates; `None` if `ring`
/// does not support the key.
fn public_key(pkcs8: &[u8]) -> Option<Vec<u8>> {
    let of_rsa = RsaKeyPair::from_pkcs8(pkcs8).map(|pair| pair.public_key().as_ref().to_vec());
    let of_ed25519 =
        || Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8).map(|pair| pair.public_key().as_ref().to_vec());
    of_rsa.or_else(|_| of_ed25519()).ok()
}

/// A key on a curve, with the public key.
struct CurveKey {
    pkcs8: Zeroizing<Vec<u8>>,
    public_key: Vec<u8>,
}

struct Curve {
    oid: &'static [u8],
    signing: &'static EcdsaSigningAlgorithm,
    /// The length of a private key in bytes.
    length: usize,
}

const CURVES: [Curve; 2] = [
    Curve { oid: oid::P256, signing: &ECDSA_P256_SHA256_FIXED_SIGNING, length: 32 },
    Curve { oid: oid::P384, signing: &ECDSA_P384_SHA384_FIXED_SIGNING, length: 48 },
];

/// Returns a key on a curve as PKCS#8 with its public key; `None` if it is not on a curve of [`CURVES`].
///
/// Java does not write the public key (it is optional, RFC 5915 §3), but `ring` and rustls need it. It is then taken from
/// the certificate that fits.
fn of_curve(pkcs8: &[u8], certificates: &[Vec<u8>]) -> Result<Option<CurveKey>, Malformed> {
    let mut fields = Reader::new(pkcs8).sequence()?;
    fields.expect(INTEGER)?;
    let algorithm = fields.expect(SEQUENCE)?;
    let mut names = algorithm.reader();
    if names.oid()? != oid::EC_PUBLIC_KEY {
        return Ok(None);
    }
    let name = names.optional(OID)?.map(|name| name.content);
    let Some(curve) = CURVES.iter().find(|curve| Some(curve.oid) == name) else { return Ok(None) };
    let sec1 = fields.octets(OCTET_STRING)?;
    let mut sec1 = Reader::new(&sec1).sequence()?;
    sec1.expect(INTEGER)?;
    let mut private = sec1.octets(OCTET_STRING)?;
    sec1.optional(explicit(0))?;
    let written = sec1.optional(explicit(1))?.map(|public| public.reader().bits()).transpose()?;
    // Old versions of Java left out the zeros at the beginning.
    if private.len() < curve.length {
        private = Zeroizing::new([&vec![0; curve.length - private.len()][..], &private].concat());
    }
    let random = SystemRandom::new();
    let is_of_key = |public: &&[u8]| {
        EcdsaKeyPair::from_private_key_and_public_key(curve.signing, &private, public, &random).is_ok()
    };
    let public = written.into_iter().chain(public_keys(certificates)).find(is_of_key);
    let Some(public) = public else { return Ok(None) };
    let public_part = encode(explicit(1), &[&encode(BIT_STRING, &[&[0], public])]);
    let sec1 = encode(SEQUENCE, &[&encode(INTEGER, &[&[1]]), &encode(OCTET_STRING, &[&private]), &public_part]);
    let pkcs8 = encode(SEQUENCE, &[&encode(INTEGER, &[&[0]]), algorithm.encoded, &encode(OCTET_STRING, &[&sec1])]);
    Ok(Some(CurveKey { pkcs8, public_key: public.to_vec() }))
}
