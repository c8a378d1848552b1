//! Prints the accounts and their tokens, without any secret.

use clap::ValueEnum;
use serde::Serialize;

use super::screen::Layout;
use super::table::Table;
use super::text::{about, minute, scopes};
use super::{json, plain};

/// The format of a list.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub(crate) enum ListFormat {
    /// One line of JSON
    Json,
    /// Text for people
    #[default]
    Table,
}

/// The contents of a cache, ready to print.
#[derive(Serialize)]
#[serde(transparent)]
pub(crate) struct ListView {
    pub(crate) accounts: Vec<AccountView>,
}

/// An account. It has no name if its tokens belong to no user (client credentials).
#[derive(Serialize)]
pub(crate) struct AccountView {
    pub(crate) username: Option<String>,
    pub(crate) home_account_id: Option<String>,
    /// The host of the authority, in MSAL's term.
    pub(crate) environment: Option<String>,
    /// The authority that issued the tokens, if it is known.
    pub(crate) authority: Option<String>,
    pub(crate) tenants: Vec<String>,
    /// The clients that hold a refresh token.
    pub(crate) clients: Vec<String>,
    pub(crate) access_tokens: Vec<AccessTokenView>,
}

/// An access token without its secret.
#[derive(Serialize)]
pub(crate) struct AccessTokenView {
    pub(crate) client_id: String,
    pub(crate) tenant: String,
    pub(crate) scope: String,
    /// The requested scopes, if the granted scopes do not contain all of them by the same names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) requested_scope: Option<String>,
    pub(crate) token_type: String,
    /// `None`, like the next two fields, if the token is valid until it is revoked.
    pub(crate) expires_on: Option<i64>,
    pub(crate) expires_at: Option<String>,
    pub(crate) expires_in: Option<i64>,
    pub(crate) refresh_on: Option<i64>,
}

impl ListView {
    /// Returns one line of JSON.
    pub(crate) fn json(&self) -> anyhow::Result<String> {
        Ok(json(self)?.to_string() + "\n")
    }

    /// Returns a table for people, with a line for each token and one for each account without an access token.
    pub(crate) fn table(&self, layout: Layout) -> String {
        table(layout).part(&self.rows())
    }
}

/// A list that is printed in parts.
pub(crate) struct ListStream {
    format: ListFormat,
    table: Table<{ HEADER.len() }>,
    is_begun: bool,
}

impl ListStream {
    /// Returns a list with this layout of its table.
    pub(crate) fn new(format: ListFormat, layout: Layout) -> Self {
        ListStream { format, table: table(layout), is_begun: false }
    }

    /// Whether the format is text.
    pub(crate) fn is_for_people(&self) -> bool {
        self.format == ListFormat::Table
    }

    /// Returns the text for the next accounts.
    pub(crate) fn part(&mut self, view: &ListView) -> anyhow::Result<String> {
        if self.is_for_people() {
            return Ok(self.table.part(&view.rows()));
        }
        let mut text = String::new();
        for account in &view.accounts {
            text.push(if self.is_begun { ',' } else { '[' });
            self.is_begun = true;
            text += json(account)?.as_ref();
        }
        Ok(text)
    }

    /// Returns the text after the last account.
    pub(crate) fn end(&self) -> &'static str {
        match (self.format, self.is_begun) {
            (ListFormat::Table, _) => "",
            (ListFormat::Json, true) => "]\n",
            (ListFormat::Json, false) => "[]\n",
        }
    }
}

const HEADER: [&str; 7] = ["ACCOUNT", "AUTHORITY", "CLIENT", "VALID", "UNTIL", "REFRESH", "SCOPES"];

/// The place of `UNTIL`.
const UNTIL: usize = 4;

type Row = [String; HEADER.len()];

fn table(layout: Layout) -> Table<{ HEADER.len() }> {
    Table::new(HEADER, UNTIL, layout)
}

impl ListView {
    /// Returns the rows, sorted by account, authority, client and scopes. Tokens without a user come last.
    fn rows(&self) -> Vec<Row> {
        let mut rows: Vec<(bool, Row)> = Vec::new();
        for account in &self.accounts {
            let (name, authority) = (self.name(account), self.authority(account));
            let row = |client: &str, [valid, until]: [String; 2], refresh: bool, scopes: String| {
                let refresh = if refresh { "yes" } else { "no" }.to_owned();
                (
                    account.username.is_none(),
                    [name.clone(), authority.clone(), plain(client), valid, until, refresh, scopes],
                )
            };
            let none = || "-".to_owned();
            for token in &account.access_tokens {
                let scopes = plain(&scopes(&token.scope, token.requested_scope.as_deref()));
                rows.push(row(&token.client_id, token.times(), account.clients.contains(&token.client_id), scopes));
            }
            let has_token = |client: &String| account.access_tokens.iter().any(|token| token.client_id == *client);
            for client in account.clients.iter().filter(|client| !has_token(client)) {
                rows.push(row(client, [none(), none()], true, none()));
            }
            if account.access_tokens.is_empty() && account.clients.is_empty() {
                rows.push(row("-", [none(), none()], false, none()));
            }
        }
        rows.sort_by_cached_key(|(has_no_user, [name, authority, client, .., scopes])| {
            (*has_no_user, name.to_lowercase(), authority.clone(), client.clone(), scopes.clone())
        });
        rows.into_iter().map(|(_, row)| row).collect()
    }

    /// Returns the host, or the whole authority if another account on the same host has another authority.
    fn authority(&self, account: &AccountView) -> String {
        let is_of_another =
            |other: &AccountView| other.environment == account.environment && other.authority != account.authority;
        let whole = account.authority.as_deref().filter(|_| self.accounts.iter().any(is_of_another));
        whole.or(account.environment.as_deref()).map(plain).unwrap_or_default()
    }

    /// Returns the user name. Adds the home account id if two accounts have the same name, and returns only the id if
    /// there is no name.
    fn name(&self, account: &AccountView) -> String {
        let has_same_name = |other: &&AccountView| other.username == account.username;
        match (account.username.as_deref(), account.home_account_id.as_deref()) {
            (Some(""), Some(id)) => plain(id),
            (Some(username), Some(id)) if self.accounts.iter().filter(has_same_name).count() > 1 => {
                format!("{} ({})", plain(username), plain(id))
            }
            (Some(username), Some(_)) => plain(username),
            _ => "(no user)".to_owned(),
        }
    }
}

impl AccessTokenView {
    /// Returns how long the token is valid, and until when.
    fn times(&self) -> [String; 2] {
        let valid = match self.expires_in {
            None => "until revoked".to_owned(),
            Some(left) if left > 0 => about(left),
            Some(left) => format!("expired {} ago", about(left.saturating_neg())),
        };
        [valid, self.expires_at.as_deref().map_or_else(|| "-".to_owned(), minute)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(username: &str, id: &str, scopes: &[&str]) -> AccountView {
        let token = |scope: &&str| AccessTokenView {
            client_id: "app".to_owned(),
            tenant: String::new(),
            scope: (*scope).to_owned(),
            requested_scope: None,
            token_type: "Bearer".to_owned(),
            expires_on: Some(3600),
            expires_at: Some("2026-11-30T10:42:05Z".to_owned()),
            expires_in: Some(3600),
            refresh_on: None,
        };
        AccountView {
            username: Some(username.to_owned()),
            home_account_id: Some(id.to_owned()),
            environment: Some("id.example.com".to_owned()),
            authority: None,
            tenants: Vec::new(),
            clients: vec!["app".to_owned()],
            access_tokens: scopes.iter().map(token).collect(),
        }
    }

    #[test]
    fn a_table_has_a_header_and_columns_and_is_sorted() {
        let view = ListView {
            accounts: vec![
                account("bo", "2", &[]),
                AccountView { username: None, home_account_id: None, ..account("", "", &["daemon"]) },
                account("Alice", "1", &["notes.read notes.write", "files.read"]),
            ],
        };
        let expected = "\
ACCOUNT    AUTHORITY       CLIENT  VALID   UNTIL              REFRESH  SCOPES
Alice      id.example.com  app     60 min  2026-11-30 10:42Z  yes      files.read
Alice      id.example.com  app     60 min  2026-11-30 10:42Z  yes      notes.read notes.write
bo         id.example.com  app     -       -                  yes      -
(no user)  id.example.com  app     60 min  2026-11-30 10:42Z  yes      daemon
";
        assert_eq!(view.table(Layout::Wide), expected);
        assert_eq!(
            view.table(Layout::Narrow(60)).lines().nth(2),
            Some("Alice      id.example…  app     60 min  yes      notes.read…")
        );
    }

    #[test]
    fn two_sign_ins_on_one_host_are_told_apart_by_their_authorities() {
        let at = |authority: &str| AccountView {
            authority: Some(format!("https://id.example.com/{authority}")),
            ..account("alice", "1", &[])
        };
        let two = ListView { accounts: vec![at("default"), at("aus1")] };
        let table = two.table(Layout::Wide);
        assert!(table.contains("https://id.example.com/default  app"), "{table}");
        assert!(table.contains("https://id.example.com/aus1     app"), "{table}");
        let alone = ListView { accounts: vec![at("default")] }.table(Layout::Wide);
        assert!(alone.contains("alice    id.example.com  app"), "{alone}");
    }

    #[test]
    fn accounts_of_one_name_are_told_apart() {
        let view = ListView { accounts: vec![account("alice", "1", &[]), account("alice", "2", &[])] };
        assert!(view.table(Layout::Wide).contains("alice (2)"));
    }
}
