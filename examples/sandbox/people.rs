//! The made-up people that can sign in.

use serde_json::{Value, json};

/// A user.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Person {
    /// `sub` (OpenID Connect Core §2).
    pub(crate) subject: &'static str,
    /// `preferred_username`.
    pub(crate) username: &'static str,
    /// `name`.
    pub(crate) name: &'static str,
}

/// The users. The first one approves device codes.
pub(crate) const PEOPLE: [Person; 3] = [
    Person { subject: "alice", username: "alice@sandbox.example", name: "Alice" },
    Person { subject: "bob", username: "bob@sandbox.example", name: "Bob" },
    Person { subject: "carol", username: "carol@sandbox.example", name: "Carol" },
];

impl Person {
    /// Returns the person with this `sub`.
    pub(crate) fn find(subject: &str) -> Option<&'static Person> {
        PEOPLE.iter().find(|person| person.subject == subject)
    }

    /// Returns the claims about the person.
    pub(crate) fn claims(&self) -> Value {
        json!({"sub": self.subject, "preferred_username": self.username, "name": self.name})
    }
}
