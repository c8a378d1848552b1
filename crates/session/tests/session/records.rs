//! A session store into which a test can look and reach.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use tower_sessions::SessionStore;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};

#[derive(Clone, Debug, Default)]
pub(crate) struct Records(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    records: HashMap<Id, Record>,
    is_down: bool,
    /// Another host makes a record of the same id just before the next one is made.
    is_overtaken: bool,
}

impl Records {
    pub(crate) fn all(&self) -> Vec<Record> {
        self.0.lock().unwrap().records.values().cloned().collect()
    }

    /// The records that hold caches.
    pub(crate) fn caches(&self) -> Vec<Record> {
        let is_cache = |record: &Record| record.data.keys().any(|name| name.starts_with("tokcache.document:"));
        self.all().into_iter().filter(is_cache).collect()
    }

    pub(crate) fn put(&self, record: Record) {
        self.0.lock().unwrap().records.insert(record.id, record);
    }

    pub(crate) fn set_down(&self, is_down: bool) {
        self.0.lock().unwrap().is_down = is_down;
    }

    pub(crate) fn overtake(&self) {
        self.0.lock().unwrap().is_overtaken = true;
    }

    fn ask<Answer>(&self, answer: impl FnOnce(&mut State) -> Answer) -> Result<Answer> {
        let mut state = self.0.lock().unwrap();
        if state.is_down { Err(Error::Backend("the connection was reset".into())) } else { Ok(answer(&mut state)) }
    }
}

#[async_trait]
impl SessionStore for Records {
    async fn create(&self, record: &mut Record) -> Result<()> {
        self.ask(|state| {
            if std::mem::take(&mut state.is_overtaken) {
                state.records.insert(record.id, record.clone());
            }
            while state.records.contains_key(&record.id) {
                record.id = Id::default();
            }
            state.records.insert(record.id, record.clone());
        })
    }

    async fn save(&self, record: &Record) -> Result<()> {
        self.ask(|state| drop(state.records.insert(record.id, record.clone())))
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        self.ask(|state| state.records.get(id).cloned())
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.ask(|state| drop(state.records.remove(id)))
    }
}
