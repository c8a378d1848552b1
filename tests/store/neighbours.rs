//! Tests programs that share the file with their own protocols. msal-extensions and MSAL Node create the lock
//! exclusively, without `flock`, truncate the cache and write it in place, and unlink the lock.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokcache_file::LocalStore;

use crate::cache::{Cache, adding, document, lines, loaded, sleep};
use crate::child::{Role, child, run_all};
use crate::processes::{assert_nothing_lost, lines_of};

/// Runs `work` with the lock, as msal-extensions takes it.
fn with_msal_lock(cache: &Path, work: impl FnOnce()) {
    let mut lock: PathBuf = cache.to_owned();
    lock.as_mut_os_string().push(".lockfile");
    let mut file = loop {
        match File::options().write(true).create_new(true).open(&lock) {
            Ok(file) => break file,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => sleep(Duration::from_millis(3)),
            Err(error) => panic!("{error}"),
        }
    };
    write!(file, "{} /opt/az/bin/python3", std::process::id()).unwrap();
    work();
    fs::remove_file(&lock).expect("our lock was unlinked by somebody else");
}

/// Truncates the file and writes in place, in two steps.
fn write_in_place(cache: &Path, bytes: &[u8], pause: Duration) {
    let (first, second) = bytes.split_at(bytes.len() / 2);
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(cache).unwrap();
    sleep(pause);
    file.write_all(first).unwrap();
    sleep(pause);
    file.write_all(second).unwrap();
}

/// The task of a child.
pub(crate) fn msal_append(cache: &Path, turns: usize) -> String {
    let pid = std::process::id().to_string();
    for line in lines_of(&pid, turns) {
        with_msal_lock(cache, || {
            let mut all = fs::read(cache).ok().map_or(Vec::new(), |bytes| lines(&bytes).expect("a whole file"));
            all.push(line);
            let all: Vec<_> = all.iter().map(String::as_str).collect();
            write_in_place(cache, &document(&all), Duration::from_micros(200));
        });
        sleep(Duration::from_millis(1));
    }
    pid
}

#[test]
fn tokcache_and_msal_lose_none_of_each_others_updates() {
    let cache = Cache::new();
    let roles = [Role::Append, Role::MsalAppend, Role::Append, Role::MsalAppend];
    let pids = run_all(roles.map(|role| child(role, &cache.path, 40)).into());
    assert_nothing_lost(&cache, &pids, 40);
    assert!(!cache.lockfile().exists());
}

#[test]
fn readers_beside_a_writer_that_tears_the_file_always_find_it_whole() {
    let cache = Cache::holding(&document(&["one"]));
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                with_msal_lock(&cache.path, || {
                    write_in_place(&cache.path, &document(&["one"]), Duration::from_millis(2));
                });
                sleep(Duration::from_millis(2));
            }
        });
        let readers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    for _ in 0..20 {
                        assert_eq!(loaded(&cache.store()), Some(vec!["one".to_owned()]));
                        sleep(Duration::from_millis(1));
                    }
                })
            })
            .collect();
        let outcomes: Vec<_> = readers.into_iter().map(|reader| reader.join().is_ok()).collect();
        done.store(true, Ordering::Relaxed);
        assert_eq!(outcomes, [true, true]);
    });
}

#[test]
fn a_lawless_writer_that_tears_the_file_is_waited_for() {
    let cache = Cache::holding(b"BEGIN\nhalf");
    let (torn, is_seen) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        let path = &cache.path;
        scope.spawn(move || {
            is_seen.recv().unwrap();
            write_in_place(path, &document(&["theirs"]), Duration::from_millis(20));
        });
        let change = &mut |bytes: Option<&[u8]>| {
            // The writer waits for the first message.
            let _ = torn.send(());
            adding("ours", bytes)
        };
        cache.store().update(change).unwrap();
    });
    assert_eq!(loaded(&cache.store()).unwrap(), ["theirs", "ours"]);
}
