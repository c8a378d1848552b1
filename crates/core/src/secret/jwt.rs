use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

/// Returns the payload of a JWT as JSON text; `None` if the text is not a JWT. Does not verify the signature.
pub fn jwt_payload(token: &str) -> Option<Zeroizing<Vec<u8>>> {
    let (_header, rest) = token.split_once('.')?;
    let (payload, _signature) = rest.split_once('.')?;
    base64url(payload)
}

/// Decodes base64url, with or without padding.
pub fn base64url(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &URL_SAFE,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    LENIENT.decode(text).ok().map(Zeroizing::new)
}
