//! Tests damaged caches: they are distinguished from signed-out ones, never overwritten, and repaired only on request.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use serde_json::Value;
use tokcache_core::cache::{Salvage, Section, TokenCache, salvage};

use crate::provider::Provider;
use crate::support::home::Home;
use crate::support::{is_long, names, put, text};

/// Returns the samples, which real libraries wrote.
fn samples() -> Vec<(PathBuf, Vec<u8>)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/crates/core/tests/vectors/samples");
    let files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() > 10, "the samples have gone missing");
    files.into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

/// Returns the entries of a document as `section key entry`.
fn entries(document: &str) -> BTreeSet<String> {
    let root: Value = serde_json::from_str(document).unwrap();
    let sections =
        Section::ALL.into_iter().filter_map(|section| Some((section, root.get(section.name())?.as_object()?)));
    sections
        .flat_map(|(section, entries)| entries.iter().map(move |(key, entry)| format!("{section} {key} {entry}")))
        .collect()
}

/// Returns the number of complete entries in a truncated text.
fn whole_entries(text: &str) -> usize {
    let (mut depth, mut is_quoted, mut whole, mut escaped) = (0, false, 0, false);
    for character in text.chars() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            '{' => depth += 1,
            '}' => {
                whole += usize::from(depth == 3);
                depth -= 1;
            }
            _ => {}
        }
    }
    whole
}

#[test]
fn of_every_prefix_of_every_sample_all_whole_entries_are_saved_and_nothing_is_made_up() {
    each_sample(|name, sample| {
        let all = entries(&text(sample));
        let (mut last, mut saved) = (String::new(), BTreeSet::new());
        for end in 1..sample.trim_ascii_end().len() {
            let cut = &sample[..end];
            assert!(TokenCache::deserialize(cut).is_err(), "{name}: {end} bytes look whole");
            let text_saved = salvage(cut).unwrap().cache.serialize();
            if last != *text_saved {
                last.clone_from(&text_saved);
                saved = entries(&last);
            }
            assert!(saved.is_subset(&all), "{name}: made up at {end}");
            assert_eq!(saved.len(), whole_entries(&text(cut)), "{name} cut off at {end}");
        }
    });
}

#[test]
fn of_every_sample_with_a_hole_or_a_wrong_byte_nothing_is_made_up_and_most_is_saved() {
    let step = if is_long() { 1 } else { 29 };
    println!("one of {step} positions; TOKCACHE_TESTS=long tries all");
    each_sample(|name, sample| {
        let all = entries(&text(sample));
        for at in (0..sample.len()).step_by(step) {
            let wrong =
                [0xff, 0, b'"', b'}', b'{', b'\\'].map(|byte| [&sample[..at], &[byte], &sample[at + 1..]].concat());
            let hole = [&sample[..at], &sample[(at + 40).min(sample.len())..]].concat();
            for damaged in wrong.iter().chain([&hole]).filter(|bytes| TokenCache::deserialize(bytes).is_err()) {
                let Some(Salvage { cache, .. }) = salvage(damaged) else { continue };
                let saved = entries(&cache.serialize());
                // A damaged entry that is still JSON cannot be distinguished from an intact one.
                let strange = saved.difference(&all).count();
                assert!(strange <= 1, "{name} at {at}: {strange} entries made up");
                assert!(saved.len() + 3 >= all.len(), "{name} at {at}: {} of {} saved", saved.len(), all.len());
            }
        }
    });
}

fn each_sample(test: impl Fn(&str, &[u8]) + Sync) {
    let test = &test;
    std::thread::scope(|scope| {
        for (path, sample) in samples() {
            scope.spawn(move || test(&path.display().to_string(), &sample));
        }
    });
}

/// Every command that needs a damaged cache reports the damage and the repair command, and does not change the cache.
#[test]
fn a_damaged_cache_is_not_a_signed_out_one_and_nobody_overwrites_it() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    let whole = home.expired_cache();
    let half = &whole[..whole.len() / 2];
    let line = 1 + half.iter().filter(|byte| **byte == b'\n').count();
    let cut_off = format!("it is cut off after {} bytes, in line {line}", half.len());
    let damages: [(&[u8], &str); 5] = [
        (half, &cut_off),
        (&whole[..1], "it is cut off after 1 bytes, in line 1"),
        (b"null", "it is not a JSON object"),
        (&[0; 100], "it is not a JSON object"),
        (b"\x01\x00\x00\x00\xd0\x8c", "it is not a JSON object"),
    ];
    for (damaged, why) in damages {
        put(&home.cache(), damaged);
        make_old(&home);
        let readers = ["token", "token --force-refresh", "list", "explain", "cache check"];
        for command in readers.into_iter().chain(["clear", "clear --all --yes", "login"]) {
            let said = home.refusal(command);
            let expected = format!("error: {} is not a token cache, or a damaged one: {why}\n", home.cache().display());
            assert!(
                said.ends_with(&format!("{expected}  try: tokcache cache check --repair\n")),
                "{command:?}: {said}"
            );
            assert_eq!(fs::read(home.cache()).unwrap(), damaged, "{command:?} has changed it");
        }
        assert_eq!(names(&home.state()), ["token_cache.json"]);
    }
    for empty in [&b""[..], b" \n"] {
        put(&home.cache(), empty);
        make_old(&home);
        assert!(home.failure(4, "token").starts_with("error: nobody is signed in\n"));
    }
    assert_eq!(provider.turn(), 0);
}

#[test]
fn repair_saves_what_is_whole_keeps_the_rest_aside_and_says_so() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    let whole = text(&home.expired_cache());
    let metadata = whole.find("\"AppMetadata\"").unwrap();
    let damaged = &whole[..metadata + 60];
    put(&home.cache(), damaged);
    make_old(&home);
    let output = home.tokcache("cache check --repair");
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    let url = format!("file:{}", home.cache().display());
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert_eq!(stdout, format!("{url}: intact; accounts 1, access tokens 1, refresh tokens 1\n"));
    let names = names(&home.state());
    let [cache, aside] = &names[..] else { panic!("{names:?}") };
    assert!(cache == "token_cache.json" && aside.starts_with("token_cache.json.corrupt-20"), "{names:?}");
    let aside = home.state().join(aside);
    assert!(
        stderr.starts_with("lost: ") && stderr.contains(&format!("the damaged cache is now {}", aside.display())),
        "{stderr}"
    );
    assert_eq!(
        (text(&fs::read(&aside).unwrap()).as_str(), fs::metadata(&aside).unwrap().mode() & 0o777),
        (damaged, 0o600)
    );
    assert_eq!(home.mode(), 0o600);
    assert_eq!(home.answer("token"), "AT-1", "the sign-in was saved");
    assert_eq!(home.answer("cache check --repair"), stdout.trim_end(), "what is whole is left alone");
}

#[test]
fn what_is_no_cache_is_not_repaired() {
    let provider = Provider::start();
    let home = Home::at(&provider);
    let diary = b"Dear diary,\n{}\n";
    put(&home.cache(), diary);
    make_old(&home);
    let said = home.refusal("cache check --repair");
    let cache = home.cache();
    let path = cache.display();
    assert_eq!(said, format!("error: {path} is not a token cache; it was not changed\n  try: mv {path} {path}.old\n"));
    assert_eq!((fs::read(home.cache()).unwrap().as_slice(), names(&home.state()).len()), (&diary[..], 1));
}

/// Makes the file so old that no write can be in progress.
fn make_old(home: &Home) {
    let hour = fs::FileTimes::new()
        .set_modified(std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000));
    fs::File::options().write(true).open(home.cache()).unwrap().set_times(hour).unwrap();
}
