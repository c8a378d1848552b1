//! The content of a lock file, which each tool writes in its own format.

use super::Holder;

const PROGRAM: &str = "tokcache";
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Returns the content of this process's lock files.
pub(super) fn own() -> String {
    format!("{} {PROGRAM}", std::process::id())
}

/// Whether tokcache wrote the file. A living holder then also has the `flock`.
pub(super) fn is_ours(holder: &Holder) -> bool {
    holder.pid.is_some() && holder.program.as_deref() == Some(PROGRAM)
}

/// Parses the content: `PID PROGRAM` from MSAL Python and tokcache, `{PID} {PROGRAM}` from Go, the same with a byte
/// order mark and a line end from .NET, `PID` alone from Node. Portalocker writes nothing. The holder is unknown for an
/// empty file and for any other content.
pub(super) fn parse(bytes: &[u8]) -> Holder {
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&text).trim();
    let (pid, program) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    match unbraced(pid).parse().ok().filter(|pid| *pid != 0) {
        None => Holder::default(),
        pid => {
            let program = Some(unbraced(program.trim()).to_owned()).filter(|name| !name.is_empty());
            Holder { pid, program, age: None }
        }
    }
}

fn unbraced(text: &str) -> &str {
    text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder(pid: u32, program: &str) -> Holder {
        let program = Some(program.to_owned()).filter(|name| !name.is_empty());
        Holder { pid: Some(pid), program, age: None }
    }

    #[test]
    fn every_tool_is_understood() {
        assert_eq!(parse(b"12 tokcache"), holder(12, "tokcache"));
        assert_eq!(parse(b"12 /opt/az/bin/python3 -m"), holder(12, "/opt/az/bin/python3 -m"));
        assert_eq!(parse(b"{12} {/usr/bin/tool}"), holder(12, "/usr/bin/tool"));
        assert_eq!(parse(b"\xef\xbb\xbf12 pwsh\r\n"), holder(12, "pwsh"));
        assert_eq!(parse(b"12"), holder(12, ""));
        assert_eq!(parse(own().as_bytes()), holder(std::process::id(), "tokcache"));
    }

    #[test]
    fn nobody_is_known_from_anything_else() {
        for bytes in [&b""[..], b" \n", b"tokcache", b"0 tokcache", b"-1 x", b"99999999999 x", b"\xff\xfe", b"{12 x"] {
            assert_eq!(parse(bytes), Holder::default(), "{bytes:?}");
        }
    }

    #[test]
    fn only_our_own_words_are_ours() {
        assert!(is_ours(&parse(b"12 tokcache")));
        assert!(!is_ours(&parse(b"12 tokcache2")));
        assert!(!is_ours(&parse(b"12")));
    }
}
