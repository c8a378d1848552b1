//! The one Chromium of all tests (`tests/e2e/chromium/main.mjs`). It ends with the process of the tests.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Sender};
use std::sync::{LazyLock, Mutex};

use serde_json::{Value, json};

use super::source;

static CHROMIUM: LazyLock<Chromium> = LazyLock::new(Chromium::start);

struct Chromium {
    commands: Mutex<ChildStdin>,
    /// The callers that wait for the results of their commands; `None` once Chromium has ended.
    waiting: &'static Mutex<Option<HashMap<u64, Sender<Value>>>>,
}

impl Chromium {
    fn start() -> Self {
        let mut node = Command::new("node");
        node.arg(source("chromium/main.mjs")).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = node.spawn().expect("Node.js is installed");
        let commands = Mutex::new(process.stdin.take().expect("its input is piped"));
        let results = BufReader::new(process.stdout.take().expect("its output is piped"));
        let waiting: &Mutex<_> = Box::leak(Box::new(Mutex::new(Some(HashMap::<u64, Sender<Value>>::new()))));
        std::thread::spawn(move || {
            for line in results.lines().map_while(Result::ok) {
                let result: Value = serde_json::from_str(&line).expect("JSON");
                let caller = waiting.lock().unwrap().as_mut().and_then(|all| all.remove(&result["id"].as_u64()?));
                let _ = caller.expect("each result has its command").send(result);
            }
            waiting.lock().unwrap().take();
            let _ = process.wait();
        });
        Chromium { commands, waiting }
    }
}

/// Carries out a command. Fails with what Chromium says.
pub(super) fn carry_out(mut command: Value) -> Result<Value, String> {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let id = LAST.fetch_add(1, Ordering::Relaxed);
    command["id"] = json!(id);
    let (sender, receiver) = mpsc::channel();
    let ended = || format!("Chromium has ended: run tests/run browser, which installs it: {command}");
    CHROMIUM.waiting.lock().unwrap().as_mut().ok_or_else(ended)?.insert(id, sender);
    // If Chromium has ended, there is no result either.
    let _ = writeln!(CHROMIUM.commands.lock().unwrap(), "{command}");
    let mut result = receiver.recv().map_err(|_| ended())?;
    match result["error"].as_str() {
        None => Ok(result["result"].take()),
        Some(error) => Err(format!("{command}: {error}")),
    }
}
