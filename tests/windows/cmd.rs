//! The output `cmd`, read by cmd.exe.

use std::process::Output;

use serde_json::Value;

use crate::provider::Provider;
use crate::support::{answer_of, put};
use crate::wine::{Home, built, windows_path};

/// The characters that cmd.exe would change, or that end the quotes.
const REFUSED: [char; 4] = ['"', '%', '!', '^'];

/// Puts this token into the cache.
fn cache_token(home: &Home, token: &str) {
    let mut cache: Value = serde_json::from_slice(&std::fs::read(home.cache()).unwrap()).unwrap();
    let entry = cache["AccessToken"].as_object_mut().unwrap().values_mut().next().unwrap();
    entry["secret"] = token.into();
    put(&home.cache(), cache.to_string());
}

/// Runs the lines as a batch file.
fn output_of(home: &Home, lines: &[&str]) -> Output {
    put(&home.path("batch.cmd"), format!("@echo off\r\n{}\r\n", lines.join("\r\n")));
    home.command("cmd").args(["/c", &windows_path(&home.path("batch.cmd"))]).output().unwrap()
}

/// Runs the lines as a batch file, and returns what it prints.
fn run(home: &Home, lines: &[&str]) -> String {
    answer_of(&output_of(home, lines))
}

/// Returns the line of the page in a batch file. The page has `do @%%i`. Wine takes that for the name of a program, whatever
/// the line is.
fn loop_of_page() -> String {
    let program = windows_path(&built("tokcache.exe"));
    format!("for /f \"delims=\" %%i in ('{program} token -o cmd') do call %%i")
}

#[test]
fn cmd_reads_every_character_that_its_output_may_have() {
    let provider = Provider::start(3600);
    let home = Home::signed_in(&provider);
    let visible = || ('!'..='~').filter(|character| !REFUSED.contains(character));
    let all: String = visible().collect();
    // Operators, and the characters that begin a comment or a label, also at the start and at the end.
    for token in [&all, "AZaz09-._~+/==", "&echo=x|y<z>(a)", ";:=,", "@echo", "x&", "=x", "~f0*?"] {
        cache_token(&home, token);
        let line = home.answer("token -o cmd");
        assert_eq!(line, format!("set \"ACCESS_TOKEN={token}\""));
        // `set` prints the value as it is, and `echo` would run it.
        assert_eq!(run(&home, &[&line, "set ACCESS_TOKEN"]), format!("ACCESS_TOKEN={token}"));
        assert_eq!(run(&home, &[&loop_of_page(), "set ACCESS_TOKEN"]), format!("ACCESS_TOKEN={token}"), "for /f");
    }
}

#[test]
fn a_character_that_cmd_would_change_is_an_error_and_nothing_is_printed() {
    let provider = Provider::start(3600);
    let home = Home::signed_in(&provider);
    let all: String = REFUSED.iter().collect();
    for token in REFUSED.map(|character| format!("a{character}b")).into_iter().chain([all, "%PATH%".to_owned()]) {
        cache_token(&home, &token);
        let said = home.failure(1, "token -o cmd");
        assert!(said.contains("characters that cmd.exe would change"), "{token}: {said}");
    }
}

#[test]
fn a_batch_file_stops_if_there_is_no_token() {
    let provider = Provider::start(3600);
    let home = Home::signed_in(&provider);
    let lines = [
        "set \"ACCESS_TOKEN=old\"",
        "set \"ACCESS_TOKEN=\"",
        &loop_of_page(),
        "if not defined ACCESS_TOKEN exit /b 1",
        "echo went on",
    ];
    assert_eq!(run(&home, &lines), "went on");
    put(&home.cache(), "{}");
    let output = output_of(&home, &lines);
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(1), &b""[..]), "{output:?}");
}
