//! Words that users of other tools type, and their equivalents here.

use crate::cli::login::presets::PRESETS;

/// The equivalent of a word.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Meant {
    /// These words replace the word.
    Word(&'static [&'static str]),
    /// These words replace the word and the command before it.
    Whole(&'static [&'static str]),
}

/// Returns the equivalent of `word` as a subcommand of `parent`, which is empty for the program itself. `is_last` says
/// that no other word follows.
pub(in crate::cli) fn command(parent: &str, word: &str, is_last: bool) -> Option<Meant> {
    use Meant::{Whole, Word};
    Some(match (parent, word) {
        // In `auth login` and `account list`, the first word is only a namespace.
        ("", "auth" | "account" | "oauth" | "tokens" | "accounts" | "user" | "users") if !is_last => Word(&[]),
        ("", "add" | "auth" | "authenticate" | "authorize" | "init" | "oauth" | "setup") => Word(&["login"]),
        ("", "account" | "accounts" | "show" | "tokens" | "user" | "users") => Word(&["list"]),
        ("", "who" | "whoami") => Word(&["status"]),
        ("", "access-token" | "get" | "get-access-token" | "get-token") => Word(&["token"]),
        ("", "print" | "print-access-token" | "print-token" | "access_token") => Word(&["token"]),
        ("", "env" | "export") => Word(&["token", "-o", "env"]),
        ("", "refresh" | "renew") => Word(&["token", "--force-refresh"]),
        ("", "delete" | "forget" | "remove" | "revoke" | "rm" | "signoff") => Word(&["clear"]),
        ("", "run") => Word(&["exec"]),
        ("", "config" | "configure") => Word(&["profile"]),
        ("", "profiles") if is_last => Word(&["profile", "list"]),
        ("", "settings" | "options" | "flags") => Word(&["help", "settings"]),
        ("", "environment" | "variables") => Word(&["help", "environment"]),
        ("", "exit-codes") => Word(&["help", "exit-codes"]),
        ("", "scripting") => Word(&["help", "scripting"]),
        ("", "man") => Word(&["help"]),
        ("", "debug" | "info" | "why") => Word(&["explain"]),
        ("", "diagnose" | "diagnostics" | "health" | "verify") => Word(&["doctor"]),
        ("", "check") => Word(&["cache", "check"]),
        ("", "decrypt") => Word(&["cache", "decrypt"]),
        ("", "encrypt") => Word(&["cache", "encrypt"]),
        ("", "path") => Word(&["cache", "path"]),
        ("", "rekey") => Word(&["cache", "rekey"]),
        ("", "repair") => Word(&["cache", "check", "--repair"]),
        ("", "version") => Word(&["--version"]),
        ("profile", "del" | "delete" | "forget" | "rm" | "unset") => Word(&["remove"]),
        ("profile", "cat" | "current" | "describe" | "get" | "info" | "print" | "view") => Word(&["show"]),
        ("profile", "add" | "create" | "edit" | "new" | "save" | "update") => Word(&["set"]),
        ("cache", "dir" | "file" | "info" | "location" | "where") => Word(&["path"]),
        ("cache", "status" | "test" | "validate" | "verify") => Word(&["check"]),
        ("cache", "fix" | "fsck" | "repair") => Word(&["check", "--repair"]),
        ("cache", "clean" | "clear" | "delete" | "purge" | "remove" | "reset") => Whole(&["clear", "--all"]),
        ("cache", "list" | "ls" | "show") => Whole(&["list"]),
        ("token", "get" | "print" | "show") | ("list", "accounts" | "all" | "tokens") => Word(&[]),
        _ => return None,
    })
}

/// Returns the equivalent of `flag`.
pub(in crate::cli) fn flag(flag: &str) -> Option<&'static [&'static str]> {
    Some(match flag {
        "--json" | "-j" => &["-o", "json"],
        "--format" => &["-o"],
        "--user" | "--username" | "--upn" | "--email" | "--login-hint" | "-a" | "-u" => &["--account"],
        "--issuer" | "--issuer-url" | "--url" | "--server" | "--instance" => &["--authority"],
        "--domain" | "--hostname" => &["--host"],
        "--client" | "--app-id" | "-c" => &["--client-id"],
        "--cacert" | "--ca-cert" | "--ca-certificate" | "--ca" => &["--ca-file"],
        "--force" | "--no-cache" | "--refresh" | "--renew" => &["--force-refresh"],
        "-p" => &["--profile"],
        "-r" => &["--resource"],
        "-s" => &["--scope"],
        "--debug" => &["-vv"],
        "--interactive" | "--web" => &["--browser"],
        "--device" | "--device-code" | "--use-device-code" => &["--flow", "device"],
        _ => return None,
    })
}

/// Whether the flag's name suggests a secret value. Such a value is never copied to another flag.
pub(super) fn is_of_secret(flag: &str) -> bool {
    const WORDS: [&str; 12] = [
        "apikey",
        "assertion",
        "code",
        "credential",
        "key",
        "pass",
        "passphrase",
        "passwd",
        "password",
        "pin",
        "secret",
        "token",
    ];
    let mut words = flag.trim_start_matches('-').split(['-', '_']);
    words.any(|word| WORDS.contains(&word) || word.ends_with("secret") || word.ends_with("password"))
}

/// Returns the flag whose value `word` appears to be, if it was typed after `command` without a flag.
pub(super) fn flag_of_value(command: &str, word: &str) -> Option<&'static str> {
    let is_url = word.contains("://");
    match command {
        "login" if is_url => Some("--authority"),
        "login" if PRESETS.iter().any(|preset| preset.name == word) => Some("--provider"),
        "clear" | "exec" | "explain" | "list" | "login" | "token" if word.contains('@') && !is_url => Some("--account"),
        "clear" | "list" => Some("--account"),
        "explain" | "login" | "token" => Some("--scope"),
        _ => None,
    }
}
