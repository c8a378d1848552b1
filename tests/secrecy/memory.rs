//! Tests which secrets are in the memory of the process: while it runs, when it crashes, and when it ends.

use std::fs;
use std::os::unix::process::ExitStatusExt;

use base64::prelude::{BASE64_STANDARD, Engine};
use memchr::memmem;
use tokcache_pkcs12::{Identity, MOST_ITERATIONS};

use crate::home::{ACCESS_TOKEN, Home, PASSPHRASE, REFRESH_TOKEN, tells};
use crate::process::memory_before;
use crate::support::provider::{NEW_ACCESS_TOKEN, NEW_REFRESH_TOKEN, Provider, generous};

#[test]
fn no_core_dump_is_made_of_a_process_with_secrets_but_of_what_exec_started() {
    let home = Home::new();

    let mut running = home.printing_a_token();
    running.abort();
    assert!(!running.status().core_dumped() && home.core_dump().is_none());

    let crash = ["exec", "--", "sh", "-c", "kill -ABRT $$"];
    let status = home.tokcache(&crash).status().unwrap();
    assert!(status.core_dumped(), "a core dump of an unprotected process can be made here: {status}");
    match home.core_dump() {
        Some(dump) => assert!(tells(&dump, ACCESS_TOKEN), "the search finds what is in a core dump"),
        None => {
            let pattern = fs::read_to_string("/proc/sys/kernel/core_pattern").unwrap();
            assert!(pattern.starts_with(['|', '/']), "there is a core dump");
            println!("core dumps go to {pattern}: that there is none was seen, what is in the other one was not");
        }
    }
}

#[test]
fn another_program_of_the_user_can_read_the_memory_of_what_exec_started_only() {
    let home = Home::new();
    let running = home.printing_a_token();
    for file in ["environ", "maps", "mem"] {
        let read = home.command("cat").arg(format!("/proc/{}/{file}", running.id())).output().unwrap();
        let said = String::from_utf8_lossy(&read.stderr).into_owned();
        assert!(!read.status.success() && said.contains("Permission denied"), "{file}: {said}");
    }

    let started = home.running(&["exec", "--", "sh", "-c", "echo ready >&2; read forever"], "ready");
    let read = home.command("cat").arg(format!("/proc/{}/environ", started.id())).output().unwrap();
    assert!(tells(&read.stdout, ACCESS_TOKEN));
}

#[test]
fn while_a_token_is_printed_no_other_secret_is_in_memory() {
    let home = Home::new();
    let memory = memory_before("write", &home, "token");
    assert!(tells(&memory, ACCESS_TOKEN) && !tells(&memory, REFRESH_TOKEN));
}

#[test]
fn when_a_command_ends_no_secret_is_left_in_memory() {
    let home = Home::new();
    let formats =
        ["az", "azd", "curl-config", "env", "exec-credential", "fish", "header", "json", "nu", "powershell", "token"];
    let mut commands: Vec<String> = formats.iter().map(|format| format!("token -vv -o {format}")).collect();
    commands.extend(["list", "explain", "cache check", "clear --no-revoke"].map(str::to_owned));
    for command in commands {
        let memory = memory_before("exit_group", &home, &command);
        assert!(memory.len() > 100_000 && !tells(&memory, ACCESS_TOKEN) && !tells(&memory, REFRESH_TOKEN), "{command}");
    }
}

#[test]
fn the_key_of_a_sealed_cache_is_in_one_place_while_it_is_used_and_in_none_when_a_command_ends() {
    let home = Home::new();
    let key = BASE64_STANDARD.decode(home.encrypt()).unwrap();
    let copies = |call, command| memmem::find_iter(&memory_before(call, &home, command), &key).count();
    assert_eq!(copies("write", "token"), 1, "what the cipher leaves behind is wiped");
    assert_eq!(copies("fsync", "clear --no-revoke"), 1);
    for command in ["token", "list", "cache check"] {
        assert_eq!(copies("exit_group", command), 0, "{command}");
    }
}

#[test]
fn when_a_key_has_been_made_of_a_passphrase_that_is_not_left_in_memory() {
    let home = Home::new();
    assert!(home.tokcache(&["cache", "encrypt", "--encrypt", "passphrase"]).status().unwrap().success());
    for command in ["token", "cache rekey --new-passphrase-file passphrase", "cache decrypt"] {
        let memory = memory_before("exit_group", &home, command);
        assert!(memory.len() > 100_000 && !tells(&memory, PASSPHRASE), "{command}");
    }
}

/// Uses plain HTTP, because the TLS library keeps a copy of the last data that it received.
#[test]
fn when_a_refresh_ends_no_secret_is_left_in_memory() {
    let provider = Provider::start(generous);
    let home = Home::at(&provider);
    let memory = memory_before("exit_group", &home, "token --force-refresh");
    for secret in [ACCESS_TOKEN, REFRESH_TOKEN, NEW_ACCESS_TOKEN, NEW_REFRESH_TOKEN] {
        assert!(memory.len() > 100_000 && !tells(&memory, secret), "{secret}");
    }
    assert!(tells(home.cache().as_bytes(), NEW_REFRESH_TOKEN), "there was a refresh");
}

#[test]
fn when_an_application_has_signed_with_a_pkcs12_file_neither_password_nor_key_is_left_in_memory() {
    const PASSWORD: &str = "Zażółć-𝄞";
    const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/crates/pkcs12/tests/data/openssl_unicode_3des.pfx");
    /// The beginning of an elliptic-curve key of 32 bytes, RFC 5915 §3.
    const BEGINNING: &[u8] = b"\x02\x01\x01\x04\x20";
    let provider = Provider::start(generous);
    let home = Home::at(&provider);
    home.copy(FILE, "app.pfx");
    home.write("password", PASSWORD);
    let command = "token --flow client-credentials --client-certificate app.pfx --client-certificate-password-file \
                   password --scope api.read";
    let memory = memory_before("exit_group", &home, command);

    let identity = Identity::from_pkcs12(&fs::read(FILE).unwrap(), PASSWORD, MOST_ITERATIONS).unwrap();
    let start = memmem::find(identity.key(), BEGINNING).unwrap() + BEGINNING.len();
    let key = &identity.key()[start..start + 32];
    // The second line in PEM.
    let line = BASE64_STANDARD.encode(&identity.key()[48..96]);
    let utf16: Vec<u8> = PASSWORD.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for secret in [PASSWORD.as_bytes(), &utf16, key, line.as_bytes()] {
        assert!(
            memory.len() > 100_000 && memmem::find(&memory, secret).is_none(),
            "a secret of {} bytes",
            secret.len()
        );
    }
    assert!(tells(home.cache().as_bytes(), NEW_ACCESS_TOKEN), "a token was requested");
}
