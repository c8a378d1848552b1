//! Text as shells read it back.

use zeroize::Zeroizing;

/// `text` quoted for a POSIX shell; left alone where it needs no quotes.
pub(crate) fn quote(text: &str) -> String {
    let needs_none = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/' | b':' | b'=' | b'@' | b',')
    };
    if !text.is_empty() && text.bytes().all(needs_none) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// Words as a POSIX shell line that can be pasted.
pub(crate) fn command_line<Word: AsRef<str>>(words: impl IntoIterator<Item = Word>) -> String {
    let quoted: Vec<_> = words.into_iter().map(|word| quote(word.as_ref())).collect();
    quoted.join(" ")
}

/// `text` as a fish string.
pub(crate) fn quote_fish(text: &str) -> Zeroizing<String> {
    Zeroizing::new(format!("'{}'", text.replace('\\', r"\\").replace('\'', r"\'")))
}

/// `text` as a PowerShell string.
pub(crate) fn quote_powershell(text: &str) -> Zeroizing<String> {
    Zeroizing::new(format!("'{}'", text.replace('\'', "''")))
}

/// `text` as a string of curl's configuration file.
pub(crate) fn quote_curl(text: &str) -> Zeroizing<String> {
    Zeroizing::new(format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\"")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_words_stand_alone_and_others_are_quoted() {
        assert_eq!(command_line(["tokcache", "--scope", "api read", "it's"]), r"tokcache --scope 'api read' 'it'\''s'");
        assert_eq!(quote(""), "''");
        assert_eq!(quote("$(reboot)"), "'$(reboot)'");
    }
}
