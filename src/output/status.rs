//! Prints who is signed in with each profile.

use serde::Serialize;

use super::screen::Layout;
use super::table::Table;
use super::text::{about, minute};
use super::{json, plain};

/// The status of profiles, ready to print.
#[derive(Serialize)]
#[serde(transparent)]
pub(crate) struct StatusView {
    pub(crate) profiles: Vec<ProfileStatusView>,
}

/// The status of a profile with one account.
#[derive(Default, Serialize)]
pub(crate) struct ProfileStatusView {
    /// `None` if the settings select a client without a profile.
    pub(crate) profile: Option<String>,
    pub(crate) authority: Option<String>,
    pub(crate) client_id: Option<String>,
    /// The account that is signed in, or that the profile belongs to.
    pub(crate) account: Option<String>,
    pub(crate) home_account_id: Option<String>,
    pub(crate) flow: Option<String>,
    pub(crate) signed_in: bool,
    /// Whether the cache has a valid access token for the scopes of the profile.
    pub(crate) access_token: bool,
    /// `None`, like the next two fields, if there is no such token, or if it is valid until it is revoked.
    pub(crate) expires_on: Option<i64>,
    pub(crate) expires_at: Option<String>,
    pub(crate) expires_in: Option<i64>,
    pub(crate) refresh_token: bool,
    pub(crate) store: Option<String>,
    /// The source of the cache's key, or `none`.
    pub(crate) encryption: Option<String>,
    /// The reason if the profile or its cache cannot be read.
    pub(crate) error: Option<String>,
}

const HEADER: [&str; 7] = ["PROFILE", "ACCOUNT", "AUTHORITY", "SIGN-IN", "VALID", "UNTIL", "REFRESH"];

/// The place of `UNTIL`.
const UNTIL: usize = 5;

impl StatusView {
    /// Returns one line of JSON.
    pub(crate) fn json(&self) -> anyhow::Result<String> {
        Ok(json(self)?.to_string() + "\n")
    }

    /// Returns a table for people, and the caches.
    pub(crate) fn text(&self, layout: Layout) -> String {
        let readable = || self.profiles.iter().filter(|profile| profile.error.is_none());
        let rows: Vec<_> = readable().map(ProfileStatusView::row).collect();
        let mut text = Table::new(HEADER, UNTIL, layout).part(&rows);
        let mut caches: Vec<(String, Vec<String>)> = Vec::new();
        for profile in readable() {
            let [store, encryption] = [&profile.store, &profile.encryption].map(|text| text.as_deref().map(plain));
            let cache = format!("{}, encryption: {}", store.unwrap_or_default(), encryption.unwrap_or_default());
            match caches.iter_mut().find(|(other, _)| *other == cache) {
                Some((_, names)) if names.last() != Some(&profile.name()) => names.push(profile.name()),
                Some(_) => {}
                None => caches.push((cache, vec![profile.name()])),
            }
        }
        let is_one = caches.len() == 1;
        for (at, (cache, names)) in caches.into_iter().enumerate() {
            let of = if is_one { String::new() } else { format!(" of {}", names.join(", ")) };
            let gap = if at == 0 && !text.ends_with("\n\n") { "\n" } else { "" };
            text += &format!("{gap}cache{of}: {cache}\n");
        }
        text
    }
}

impl ProfileStatusView {
    /// Returns the status of a profile that cannot be read, or whose cache cannot be read.
    pub(crate) fn unreadable(profile: String, error: &str) -> Self {
        ProfileStatusView { profile: Some(profile), error: Some(error.to_owned()), ..ProfileStatusView::default() }
    }

    fn name(&self) -> String {
        self.profile.as_deref().map_or_else(|| "-".to_owned(), plain)
    }

    fn row(&self) -> [String; HEADER.len()] {
        let text = |text: &Option<String>| text.as_deref().map_or_else(|| "-".to_owned(), plain);
        let valid = match (self.signed_in, self.access_token, self.expires_in) {
            (false, ..) => "not signed in".to_owned(),
            (true, false, _) => "-".to_owned(),
            (true, true, Some(left)) => about(left),
            (true, true, None) => "until revoked".to_owned(),
        };
        let until = self.expires_at.as_deref().filter(|_| self.signed_in).map_or_else(|| "-".to_owned(), minute);
        let refresh = if self.refresh_token { "yes" } else { "no" }.to_owned();
        [self.name(), text(&self.account), text(&self.authority), text(&self.flow), valid, until, refresh]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_profile_is_a_row_and_each_cache_a_line() {
        let profile = |name: &str, store: &str| ProfileStatusView {
            profile: Some(name.to_owned()),
            account: Some("alice".to_owned()),
            authority: Some("https://id.example.com".to_owned()),
            flow: Some("device".to_owned()),
            signed_in: true,
            access_token: true,
            expires_at: Some("2026-11-30T10:42:05Z".to_owned()),
            expires_in: Some(3600),
            store: Some(store.to_owned()),
            encryption: Some("none".to_owned()),
            ..ProfileStatusView::default()
        };
        let ended = ProfileStatusView { signed_in: false, ..profile("old", "file:/a") };
        let broken = ProfileStatusView::unreadable("broken".to_owned(), "no");
        let view =
            StatusView { profiles: vec![profile("default", "file:/a"), ended, profile("work", "file:/b"), broken] };
        let expected = "\
PROFILE  ACCOUNT  AUTHORITY               SIGN-IN  VALID          UNTIL              REFRESH
default  alice    https://id.example.com  device   60 min         2026-11-30 10:42Z  no
old      alice    https://id.example.com  device   not signed in  -                  no
work     alice    https://id.example.com  device   60 min         2026-11-30 10:42Z  no

cache of default, old: file:/a, encryption: none
cache of work: file:/b, encryption: none
";
        assert_eq!(view.text(Layout::Wide), expected);
        let one = StatusView { profiles: vec![profile("default", "file:/a")] };
        assert!(one.text(Layout::Wide).ends_with("\ncache: file:/a, encryption: none\n"));
    }
}
