//! Parsers for the values of flags and variables: text, paths and durations.

use std::ffi::{OsStr, OsString};
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use clap::ValueEnum;
use tokcache_core::oauth::{Authority, Challenge};
use tokcache_file::{platform, text_of_path};
use zeroize::Zeroizing;

/// The help heading of the flags that every command takes.
pub(in crate::cli) const SETTINGS: &str = "Settings";

/// An upper bound for the password of a server and for a client secret, in bytes.
pub(in crate::cli) const LONGEST_PASSWORD: u64 = 4096;

/// Returns the name that the command line takes for the value of an enumeration.
pub(in crate::cli) fn name_of<Value: ValueEnum>(value: &Value) -> Option<String> {
    value.to_possible_value().map(|value| value.get_name().to_owned())
}

/// Refuses an empty value, which usually comes from an unset variable.
pub(in crate::cli) fn not_blank(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        return Err("it is empty".to_owned());
    }
    let is_broken = text.contains(char::is_control);
    if is_broken {
        Err("it contains a line break or another control character".to_owned())
    } else {
        Ok(text.to_owned())
    }
}

/// Reads everything, up to `limit` bytes, into a buffer that leaves no copies behind.
pub(in crate::cli) fn read_at_most(reader: impl Read, limit: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    let capacity = usize::try_from(limit).unwrap_or_default() + 1;
    let mut bytes = Zeroizing::new(Vec::with_capacity(capacity));
    reader.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        let message = format!("it is longer than {}", platform::bytes(limit));
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(bytes)
}

/// Calls `read` in a thread of its own, which is left behind after `patience`: even opening a pipe may never end.
///
/// # Errors
/// [`io::ErrorKind::TimedOut`] after `patience`; otherwise the thread did not start or has panicked.
pub(in crate::cli) fn in_time<Read: Send + 'static>(
    patience: Duration,
    read: impl FnOnce() -> Read + Send + 'static,
) -> io::Result<Read> {
    let (sender, receiver) = sync_channel(1);
    thread::Builder::new().spawn(move || sender.send(read()))?;
    receiver.recv_timeout(patience).map_err(|error| match error {
        RecvTimeoutError::Timeout => io::ErrorKind::TimedOut.into(),
        RecvTimeoutError::Disconnected => io::ErrorKind::BrokenPipe.into(),
    })
}

/// Parses a variable name that every shell can export.
pub(in crate::cli) fn variable(name: &str) -> Result<String, String> {
    let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !is_plain || name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        return Err("a variable name consists of letters, digits and _".to_owned());
    }
    Ok(name.to_owned())
}

/// Parses a store, as [`text_of`] writes it.
pub(in crate::cli) fn store(value: OsString) -> Result<String, String> {
    text_of(&value, "file:")
}

/// Parses a key, as [`text_of`] writes it.
pub(in crate::cli) fn key(value: OsString) -> Result<String, String> {
    text_of(&value, "key-file:")
}

/// Parses a path. Refuses `~`, which only a shell expands.
pub(in crate::cli) fn path(value: OsString) -> Result<PathBuf, String> {
    typed_path(&value)
}

/// An upper bound for a file with a certificate, its chain and its key, in bytes.
pub(in crate::cli) const LONGEST_CERTIFICATE: u64 = 1 << 16;

/// An upper bound for a token of another party, in bytes.
pub(in crate::cli) const LONGEST_TOKEN: u64 = 1 << 16;

/// Returns the one token in a file or an output, without the blanks around it. The error does not repeat it.
pub(in crate::cli) fn token_line(bytes: &[u8]) -> Result<&str, String> {
    let text = str::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?.trim();
    if text.is_empty() || text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err("it must be a token alone, on one line".to_owned());
    }
    Ok(text)
}

/// Returns the one line of a password. The error does not repeat it.
pub(in crate::cli) fn password_line(bytes: &[u8]) -> Result<Zeroizing<String>, &'static str> {
    let text = str::from_utf8(bytes).map_err(|_| "is not UTF-8")?;
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.is_empty() || text.contains(char::is_control) {
        return Err("must contain the password alone, on one line");
    }
    Ok(Zeroizing::new(text.to_owned()))
}

/// Parses a duration of at most a day. Zero is valid.
pub(in crate::cli) fn wait(text: &str) -> Result<Duration, String> {
    match duration(text)? {
        wait if wait > Duration::from_secs(86_400) => Err("it must be at most a day".to_owned()),
        wait => Ok(wait),
    }
}

/// Like [`wait`], but refuses zero.
pub(in crate::cli) fn bound(text: &str) -> Result<Duration, String> {
    match wait(text)? {
        Duration::ZERO => Err("it must be longer than 0".to_owned()),
        bound => Ok(bound),
    }
}

/// Parses a duration such as `90s`, `5m` or `1h 30m`. A number alone is seconds.
pub(in crate::cli) fn duration(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(seconds) => Ok(Duration::from_secs(seconds)),
        Err(_) => humantime::parse_duration(text).map_err(|error| format!("{error}; type for example 90s, 5m or 1h")),
    }
}

/// Formats a lifetime as a profile stores it: `30d`, or in seconds.
pub(in crate::cli) fn days_or_seconds(lifetime: Duration) -> String {
    match lifetime.as_secs() {
        seconds if seconds % 86_400 == 0 => format!("{}d", seconds / 86_400),
        seconds => format!("{seconds}s"),
    }
}

/// Whether both URLs name the same authority, after normalization.
pub(in crate::cli) fn is_same_authority(one: Option<&String>, other: Option<&String>) -> bool {
    let url = |authority: &String| Some(Authority::parse(authority, None).ok()?.url().to_owned());
    one == other || one.and_then(url).is_some_and(|one| other.and_then(url) == Some(one))
}

/// Parses the names of client capabilities, with commas between them.
pub(in crate::cli) fn capabilities(text: &str) -> Result<String, String> {
    let is_name =
        |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if text.split(',').all(is_name) { Ok(text.to_owned()) } else { Err("type names such as CP1, or none".to_owned()) }
}

/// Parses a claims challenge. Anything but a JSON object is refused before it is sent.
pub(in crate::cli) fn claims(text: &str) -> Result<String, String> {
    match serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err("claims must be a JSON object (OpenID Connect Core 5.5)".to_owned()),
    }
}

/// Parses a `WWW-Authenticate` header.
pub(in crate::cli) fn challenge(text: &str) -> Result<Challenge, String> {
    Challenge::parse(text).map_err(|error| error.to_string())
}

/// Returns text with a path in it behind `scheme`. A path that is not UTF-8 is percent-encoded.
pub(in crate::cli) fn text_of(value: &OsStr, scheme: &str) -> Result<String, String> {
    if let Some(text) = value.to_str() {
        return Ok(text.to_owned());
    }
    let path = path_behind(value, scheme).ok_or("it is not UTF-8")?;
    if path.as_os_str().as_encoded_bytes().starts_with(b"//") {
        return Err("it is not UTF-8; in a URL, write such a byte as %XX".to_owned());
    }
    let path = std::path::absolute(typed_path(path.as_os_str())?).map_err(|error| error.to_string())?;
    Ok(format!("{scheme}{}", text_of_path(&path)))
}

#[cfg(unix)]
fn path_behind(value: &OsStr, scheme: &str) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    Some(PathBuf::from(OsStr::from_bytes(value.as_bytes().strip_prefix(scheme.as_bytes())?)))
}

#[cfg(not(unix))]
fn path_behind(_value: &OsStr, _scheme: &str) -> Option<PathBuf> {
    None
}

/// Parses a path. Refuses a `~` that the shell has not expanded: it would become a folder of that name.
pub(in crate::cli) fn typed_path(value: &OsStr) -> Result<PathBuf, String> {
    let bytes = value.as_encoded_bytes();
    if bytes.trim_ascii().is_empty() {
        return Err("it is blank".to_owned());
    }
    if bytes.starts_with(b"~") {
        return Err(
            "the shell has not expanded the ~ in it: type the whole path, or ./~ for a file of that name".to_owned()
        );
    }
    Ok(PathBuf::from(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_said_as_people_say_them() {
        assert_eq!(duration("5m"), Ok(Duration::from_secs(300)));
        assert_eq!(duration("90"), Ok(Duration::from_secs(90)));
        assert!(duration("soon").is_err());
    }
}
