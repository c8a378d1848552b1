use std::fmt;

/// The five sections of the MSAL unified schema, in the order in which MSAL Python first writes them at a sign-in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Section {
    /// Access tokens, of users and of applications.
    AccessToken,
    /// The accounts that have signed in.
    Account,
    /// ID tokens, as received.
    IdToken,
    /// Refresh tokens.
    RefreshToken,
    /// The metadata of clients, above all their family.
    AppMetadata,
}

impl Section {
    /// All five sections.
    pub const ALL: [Section; 5] =
        [Section::AccessToken, Section::Account, Section::IdToken, Section::RefreshToken, Section::AppMetadata];

    /// Returns the name of the root member, which for the three credential sections is also their entries'
    /// `credential_type`.
    pub fn name(self) -> &'static str {
        match self {
            Section::AccessToken => "AccessToken",
            Section::Account => "Account",
            Section::IdToken => "IdToken",
            Section::RefreshToken => "RefreshToken",
            Section::AppMetadata => "AppMetadata",
        }
    }

    pub(in crate::cache) fn named(name: &str) -> Option<Section> {
        Section::ALL.into_iter().find(|section| section.name() == name)
    }
}

impl fmt::Display for Section {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
