//! Prints the accounts and their tokens, without any secret.

use clap::ValueEnum;
use serde::Serialize;

use super::table::Table;
use super::text::{about, scopes};
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

    /// Returns a table for people, with a line for each token and one for each account without an access token. Lines
    /// are cut to `width` columns, if it is given.
    pub(crate) fn table(&self, width: Option<usize>) -> String {
        let rows = self.rows();
        Table::new(HEADER, width).part(&rows)
    }
}

/// A list that is printed in parts.
pub(crate) struct ListStream {
    format: ListFormat,
    table: Table<{ HEADER.len() }>,
    is_begun: bool,
}

impl ListStream {
    /// Returns a list whose lines are cut to `width` columns, if it is given.
    pub(crate) fn new(format: ListFormat, width: Option<usize>) -> Self {
        ListStream { format, table: Table::new(HEADER, width), is_begun: false }
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

const HEADER: [&str; 6] = ["ACCOUNT", "AUTHORITY", "CLIENT", "VALID", "REFRESH", "SCOPES"];

type Row = [String; HEADER.len()];

impl ListView {
    fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        for account in &self.accounts {
            let name = self.name(account);
            let authority = self.authority(account);
            let refresh = |client: &String| if account.clients.contains(client) { "yes" } else { "no" }.to_owned();
            for token in &account.access_tokens {
                let scopes = plain(&scopes(&token.scope, token.requested_scope.as_deref()));
                let client = &token.client_id;
                rows.push([name.clone(), authority.clone(), plain(client), token.valid(), refresh(client), scopes]);
            }
            let has_token = |client: &String| account.access_tokens.iter().any(|token| token.client_id == *client);
            for client in account.clients.iter().filter(|client| !has_token(client)) {
                let none = || "-".to_owned();
                rows.push([name.clone(), authority.clone(), plain(client), none(), refresh(client), none()]);
            }
            if account.access_tokens.is_empty() && account.clients.is_empty() {
                let none = || "-".to_owned();
                rows.push([name, authority, none(), none(), "no".to_owned(), none()]);
            }
        }
        rows
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
    fn valid(&self) -> String {
        match self.expires_in {
            None => "until revoked".to_owned(),
            Some(left) if left > 0 => about(left),
            Some(left) => format!("expired {} ago", about(left.saturating_neg())),
        }
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
            expires_at: None,
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
    fn a_table_has_a_header_and_columns_and_ends_where_the_terminal_does() {
        let view =
            ListView { accounts: vec![account("alice", "1", &["notes.read notes.write"]), account("bo", "2", &[])] };
        let expected = "\
ACCOUNT  AUTHORITY       CLIENT  VALID   REFRESH  SCOPES
alice    id.example.com  app     60 min  yes      notes.read notes.write
bo       id.example.com  app     -       yes      -
";
        assert_eq!(view.table(None), expected);
        assert_eq!(
            view.table(Some(60)).lines().nth(1),
            Some("alice    id.example.com  app     60 min  yes      notes.rea…")
        );
    }

    #[test]
    fn two_sign_ins_on_one_host_are_told_apart_by_their_authorities() {
        let at = |authority: &str| AccountView {
            authority: Some(format!("https://id.example.com/{authority}")),
            ..account("alice", "1", &[])
        };
        let two = ListView { accounts: vec![at("default"), at("aus1")] };
        let table = two.table(None);
        assert!(table.contains("https://id.example.com/default  app"), "{table}");
        assert!(table.contains("https://id.example.com/aus1     app"), "{table}");
        let alone = ListView { accounts: vec![at("default")] }.table(None);
        assert!(alone.contains("alice    id.example.com  app"), "{alone}");
    }

    #[test]
    fn accounts_of_one_name_are_told_apart() {
        let view = ListView { accounts: vec![account("alice", "1", &[]), account("alice", "2", &[])] };
        assert!(view.table(None).contains("alice (2)"));
    }
}
