//! A statement and its values. It owns them, because it runs on another thread.

use std::borrow::Cow;

use tokio_postgres::types::{ToSql, Type};

use crate::database::Document;

/// A statement. It is sent with the types of its values and is not prepared, so a pooler can run each statement on
/// another server connection.
pub(super) struct Statement {
    pub(super) sql: Cow<'static, str>,
    values: Vec<Value>,
    /// Whether the statement may be sent again after its answer was lost.
    pub(super) is_repeatable: bool,
}

enum Value {
    Bytes(Option<Vec<u8>>),
    Document(Document),
    Number(Option<i64>),
    Seconds(Option<f64>),
    Text(Option<String>),
}

impl Statement {
    /// Makes a statement that can be repeated.
    pub(super) fn new(sql: impl Into<Cow<'static, str>>) -> Self {
        Statement { sql: sql.into(), values: Vec::new(), is_repeatable: true }
    }

    /// Marks the statement as one that must not be sent again after its answer was lost.
    pub(super) fn once(self) -> Self {
        Statement { is_repeatable: false, ..self }
    }

    pub(super) fn text(self, value: impl Into<Option<String>>) -> Self {
        self.with(Value::Text(value.into()))
    }

    pub(super) fn number(self, value: impl Into<Option<i64>>) -> Self {
        self.with(Value::Number(value.into()))
    }

    pub(super) fn seconds(self, value: impl Into<Option<f64>>) -> Self {
        self.with(Value::Seconds(value.into()))
    }

    pub(super) fn bytes(self, value: Option<Vec<u8>>) -> Self {
        self.with(Value::Bytes(value))
    }

    pub(super) fn document(self, value: Document) -> Self {
        self.with(Value::Document(value))
    }

    fn with(mut self, value: Value) -> Self {
        self.values.push(value);
        self
    }

    /// Returns the values and their types, in the form of the client.
    pub(super) fn parameters(&self) -> Vec<(&(dyn ToSql + Sync), Type)> {
        self.values.iter().map(Value::parameter).collect()
    }
}

impl Value {
    fn parameter(&self) -> (&(dyn ToSql + Sync), Type) {
        match self {
            Value::Bytes(value) => (value, Type::BYTEA),
            Value::Document(value) => (&**value, Type::BYTEA),
            Value::Number(value) => (value, Type::INT8),
            Value::Seconds(value) => (value, Type::FLOAT8),
            Value::Text(value) => (value, Type::TEXT),
        }
    }
}
