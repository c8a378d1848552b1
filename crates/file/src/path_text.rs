//! Paths in UTF-8 text: URLs, profiles, headers.

use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};
use serde::{Deserialize, Deserializer, Serializer};

/// The characters that are not escaped in the path of a URL: a safe subset of RFC 3986 §3.3.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Returns the path as text. A path that is not UTF-8 becomes a URL without its scheme (`///k/cl%E9`, RFC 8089).
pub fn text_of_path(path: &Path) -> String {
    match path.to_str() {
        Some(text) => text.to_owned(),
        None => format!("//{}", percent_encode(path.as_os_str().as_encoded_bytes(), PATH)),
    }
}

/// Parses a path, or the path of a local URL (`///PATH`, `//localhost/PATH`). Returns `None` for another host or an
/// empty path.
pub(super) fn path_of_text(text: &str) -> Option<PathBuf> {
    let Some(url) = text.strip_prefix("//") else { return Some(PathBuf::from(text)) };
    let path = url.strip_prefix("localhost").unwrap_or(url);
    let bytes: Vec<u8> = percent_decode_str(path).collect();
    (path.starts_with('/') && !bytes.contains(&0)).then(|| path_of_bytes(bytes)).flatten()
}

#[cfg(unix)]
fn path_of_bytes(bytes: Vec<u8>) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStringExt;
    Some(PathBuf::from(std::ffi::OsString::from_vec(bytes)))
}

#[cfg(not(unix))]
fn path_of_bytes(bytes: Vec<u8>) -> Option<PathBuf> {
    String::from_utf8(bytes).ok().map(PathBuf::from)
}

pub(super) fn serialize<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&text_of_path(path))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PathBuf, D::Error> {
    let text = String::deserialize(deserializer)?;
    Ok(path_of_text(&text).unwrap_or_else(|| PathBuf::from(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn a_path_of_any_bytes_is_read_back_from_its_text() {
        use std::os::unix::ffi::OsStrExt;
        for bytes in [&b"/a/b c.json"[..], b"/k/cl\xe9", b"/100%/\xff\n", b"/%41"] {
            let path = Path::new(std::ffi::OsStr::from_bytes(bytes));
            let text = text_of_path(path);
            assert_eq!(path_of_text(&text).as_deref(), Some(path), "{text}");
        }
        assert_eq!(text_of_path(Path::new(std::ffi::OsStr::from_bytes(b"/k/cl\xe9"))), "///k/cl%E9");
    }

    #[test]
    fn a_url_of_this_machine_is_decoded_and_of_another_refused() {
        assert_eq!(path_of_text("///a%20b"), Some("/a b".into()));
        assert_eq!(path_of_text("//localhost/a"), Some("/a".into()));
        for text in ["//elsewhere/a", "//a", "///a%00b"] {
            assert_eq!(path_of_text(text), None, "{text}");
        }
    }
}
