/// Whether a sign-in asks for a refresh token that outlasts the session.
#[derive(clap::Args, Clone, Copy, Debug, Default)]
pub(in crate::cli) struct OfflineAccess {
    /// Do not request the scope offline_access, which some providers refuse; saved in the profile
    #[arg(long, overrides_with = "offline_access")]
    no_offline_access: bool,

    /// Request offline_access again, although the profile says not to
    #[arg(long, overrides_with = "no_offline_access")]
    offline_access: bool,
}

impl OfflineAccess {
    /// Returns the typed value, if there is one.
    pub(in crate::cli) fn typed(self) -> Option<bool> {
        (self.no_offline_access || self.offline_access).then_some(self.offline_access)
    }

    /// Returns the value to save: the typed one, else `remembered`. `true` is the default and is not saved.
    pub(in crate::cli) fn or(self, remembered: Option<bool>) -> Option<bool> {
        self.typed().or(remembered).filter(|is_asked_for| !is_asked_for)
    }
}
