use std::ops::{Deref, DerefMut};

use super::{ClientApplication, Registration};
use crate::oauth::Http;
use crate::store::Store;
use crate::time::Clock;

/// A public client (RFC 6749 §2.1): a command or an app on a person's machine, with one cache for all accounts.
///
/// It dereferences to [`ClientApplication`], and signs people in by device code.
#[derive(Clone)]
pub struct PublicClient<'a>(ClientApplication<'a>);

impl<'a> PublicClient<'a> {
    /// Returns a client with the defaults of [`ClientApplication::new`].
    pub fn new(registration: Registration, store: &'a dyn Store, http: &'a dyn Http, clock: &'a dyn Clock) -> Self {
        ClientApplication::new(registration, store, http, clock).into()
    }
}

impl<'a> From<ClientApplication<'a>> for PublicClient<'a> {
    fn from(application: ClientApplication<'a>) -> Self {
        PublicClient(application)
    }
}

impl<'a> Deref for PublicClient<'a> {
    type Target = ClientApplication<'a>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for PublicClient<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}
