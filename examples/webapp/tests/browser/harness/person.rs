//! A person with a browser of their own.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::chromium::carry_out;

/// A person with a browser: a window with cookies of its own, which is closed on drop.
pub(crate) struct Person {
    id: String,
}

impl Person {
    pub(crate) fn new() -> Self {
        Person::with(json!({}))
    }

    /// A person whose browser has these options of Playwright's `newContext`.
    pub(crate) fn with(options: Value) -> Self {
        static LAST: AtomicUsize = AtomicUsize::new(0);
        let id = format!("person {}", LAST.fetch_add(1, Ordering::Relaxed));
        carry_out(json!({"open": id, "options": options})).unwrap();
        Person { id }
    }

    /// Calls a method of Playwright's `Page`, or one of its `BrowserContext` as `context.METHOD`.
    #[track_caller]
    pub(crate) fn call(&self, method: &str, arguments: Value) -> Value {
        self.try_call(method, arguments).unwrap_or_else(|error| {
            let page = self.try_call("innerText", json!(["body"]));
            panic!("{error}\nat {} with {page:?}", self.url())
        })
    }

    /// Calls a method as [`Self::call`] does. The failure is text.
    pub(crate) fn try_call(&self, method: &str, arguments: Value) -> Result<Value, String> {
        carry_out(json!({"on": self.id, "call": method, "arguments": arguments}))
    }

    /// Opens an address, and returns the status of the page.
    #[track_caller]
    pub(crate) fn open(&self, url: &str) -> u64 {
        self.call("goto", json!([url])).as_u64().expect("a status")
    }

    /// Makes a page of a site that does not exist.
    pub(crate) fn serve(&self, url: &str, html: &str) {
        carry_out(json!({"on": self.id, "serve": url, "html": html})).unwrap();
    }

    /// Clicks on a button or link.
    #[track_caller]
    pub(crate) fn click(&self, label: &str) {
        self.call("click", json!([format!("button:text-is('{label}'), a:text-is('{label}')")]));
    }

    /// Waits until the page has a heading that begins with this text.
    #[track_caller]
    pub(crate) fn sees(&self, heading: &str) {
        self.call("waitForSelector", json!([format!("h1:has-text('{heading}')")]));
    }

    /// Returns the address of the page.
    pub(crate) fn url(&self) -> String {
        self.evaluate("location.href").as_str().expect("an address").to_owned()
    }

    /// Returns the text of the page.
    #[track_caller]
    pub(crate) fn text(&self) -> String {
        self.call("innerText", json!(["body"])).as_str().expect("a text").to_owned()
    }

    /// Runs JavaScript in the page.
    #[track_caller]
    pub(crate) fn evaluate(&self, script: &str) -> Value {
        self.call("evaluate", json!([script]))
    }

    /// Fills in the pages of the provider, from the app's button to the app's next page.
    #[track_caller]
    pub(crate) fn sign_in(&self, login: &str) {
        self.click("Sign in");
        self.approve(login);
    }

    /// Fills in the pages of the provider.
    #[track_caller]
    pub(crate) fn approve(&self, login: &str) {
        self.call("fill", json!(["input[name=login]", login]));
        self.call("fill", json!(["input[name=password]", "any"]));
        self.call("click", json!(["button[type=submit]"]));
        self.call("click", json!(["button:has-text('Continue')"]));
        self.call("waitForSelector", json!(["a.brand"]));
    }

    /// Signs out, here and at the provider.
    #[track_caller]
    pub(crate) fn sign_out(&self) {
        self.click("Sign out");
        self.call("click", json!(["button:has-text('Yes, sign me out')"]));
        self.sees("Sign in once.");
    }

    /// Calls the API, and returns the page.
    #[track_caller]
    pub(crate) fn call_api(&self, origin: &str) -> String {
        assert_eq!(self.open(&format!("{origin}/api")), 200, "{}", self.text());
        self.text()
    }

    pub(crate) fn cookies(&self) -> Value {
        self.call("context.cookies", json!([]))
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        let _ = self.try_call("context.close", json!([]));
    }
}
