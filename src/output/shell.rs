//! Quotes text for shells.

use anyhow::ensure;
use tokcache_core::secret::SecretBuffer;

use super::plain;

/// Quotes `text` for the platform's shell: PowerShell on Windows, a POSIX shell elsewhere. Leaves text alone that needs
/// no quotes. Escapes unprintable characters in the syntax of bash, ksh and zsh.
pub(crate) fn quote(text: &str) -> String {
    let mut quoted = SecretBuffer::new();
    match () {
        () if needs_no_quotes(text) => quoted.push_str(text),
        () if cfg!(windows) => push_quoted_for_powershell(&mut quoted, text),
        () if plain(text) != text => return escaped(text),
        () => push_quoted(&mut quoted, text),
    }
    quoted.finish().to_string()
}

/// Quotes `text` between `$'` and `'`.
fn escaped(text: &str) -> String {
    let escape = |byte: u8| match byte {
        b'\\' | b'\'' => format!("\\{}", char::from(byte)),
        b' '..=b'~' => char::from(byte).to_string(),
        _ => format!("\\x{byte:02x}"),
    };
    let escaped: String = text.bytes().map(escape).collect();
    format!("$'{escaped}'")
}

/// Joins words into a POSIX shell command line that can be pasted.
pub(crate) fn command_line<Word: AsRef<str>>(words: impl IntoIterator<Item = Word>) -> String {
    let quoted: Vec<_> = words.into_iter().map(|word| quote(word.as_ref())).collect();
    quoted.join(" ")
}

/// Appends `text`, which may be a secret, in the form of [`quote`].
pub(crate) fn push_quoted(out: &mut SecretBuffer, text: &str) {
    if needs_no_quotes(text) {
        out.push_str(text);
    } else {
        push_between(out, '\'', text, &[('\'', r"'\''")]);
    }
}

fn needs_no_quotes(text: &str) -> bool {
    let needs_none = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/' | b':' | b'=' | b'@' | b',')
    };
    // zsh expands a leading `=` to a command's path.
    !text.is_empty() && text.bytes().all(needs_none) && !text.starts_with('=')
}

/// Appends `text` as a fish string.
pub(crate) fn push_quoted_for_fish(out: &mut SecretBuffer, text: &str) {
    push_between(out, '\'', text, &[('\\', r"\\"), ('\'', r"\'")]);
}

/// Appends `text` as a PowerShell string.
pub(crate) fn push_quoted_for_powershell(out: &mut SecretBuffer, text: &str) {
    push_between(out, '\'', text, &[('\'', "''")]);
}

/// Appends `name` and `text` in quotes, as the argument of `set` in cmd.exe.
///
/// # Errors
/// `text` contains a character that cmd.exe changes or that ends the quotes. No escape works in a file, on a command line
/// and in `for /f` alike.
pub(crate) fn push_quoted_for_cmd(out: &mut SecretBuffer, name: &str, text: &str) -> anyhow::Result<()> {
    ensure!(!text.contains(['"', '%', '!', '^']), "the token contains characters that cmd.exe would change");
    out.push('"');
    out.push_str(name);
    out.push_str(text);
    out.push('"');
    Ok(())
}

/// Appends `text` as a string of Nushell and NUON.
pub(crate) fn push_quoted_for_nu(out: &mut SecretBuffer, text: &str) {
    push_between(out, '"', text, &[('\\', r"\\"), ('"', "\\\"")]);
}

/// Appends `text` escaped for a string in curl's configuration file.
pub(crate) fn push_escaped_for_curl(out: &mut SecretBuffer, text: &str) {
    push_escaped(out, text, &[('\\', r"\\"), ('"', "\\\"")]);
}

fn push_between(out: &mut SecretBuffer, quote: char, text: &str, escapes: &[(char, &str)]) {
    out.push(quote);
    push_escaped(out, text, escapes);
    out.push(quote);
}

/// Appends `text` with each character that `escapes` lists replaced.
pub(crate) fn push_escaped(out: &mut SecretBuffer, text: &str, escapes: &[(char, &str)]) {
    for character in text.chars() {
        match escapes.iter().find(|(escaped, _)| *escaped == character) {
            Some((_, escape)) => out.push_str(escape),
            None => out.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_words_stand_alone_and_others_are_quoted() {
        assert_eq!(command_line(["tokcache", "--scope", "api read", "it's"]), r"tokcache --scope 'api read' 'it'\''s'");
        assert_eq!(quote("a\nb'c\\d\u{200b}"), r"$'a\x0ab\'c\\d\xe2\x80\x8b'");
        assert_eq!(quote(""), "''");
        assert_eq!(quote("$(reboot)"), "'$(reboot)'");
    }
}
