//! The flows of a sign-in, and their flags.

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};
use tokcache_core::oauth::ResponseMode;

use super::browser::{BrowserSignIn, NoBrowser};
use crate::cli::settings::profile_format::{Flow, Profile, ReturnMode};
use crate::cli::settings::values::{name_of, not_blank};
use crate::cli::{Exit, Failure};
use crate::output::{plain, tell};

#[derive(Args, Clone, Debug, Default)]
pub(in crate::cli) struct FlowArguments {
    /// Sign in through the browser of this machine: short for --flow browser
    #[arg(long, conflicts_with = "flow")]
    browser: bool,

    /// Sign in through a browser of this machine, but print the address instead of opening it
    #[arg(long)]
    no_browser: bool,

    /// The address that the browser returns to: http on 127.0.0.1, ::1 or localhost, without a port for any free one;
    /// saved in the profile
    #[arg(long, value_name = "URI", value_parser = not_blank)]
    redirect_uri: Option<String>,

    /// The port that the browser returns to, if the provider requires one; saved in the profile
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    redirect_port: Option<u16>,

    /// With a browser: push the request to the provider first (RFC 9126), even if its metadata do not demand it; saved in
    /// the profile
    #[arg(long)]
    par: bool,

    /// With a browser: the form in which it returns; saved in the profile [default: query]
    #[arg(long, value_name = "MODE", value_enum)]
    response_mode: Option<ReturnMode>,
}

impl FlowArguments {
    /// Adds the redirect URI that a provider needs, unless another one was typed.
    pub(super) fn or_preset(&mut self, redirect_uri: Option<&str>) {
        if self.redirect_uri.is_none() && self.redirect_port.is_none() {
            self.redirect_uri = redirect_uri.map(str::to_owned);
        }
    }

    /// Returns the typed flow.
    pub(in crate::cli) fn typed(&self, flow: Option<Flow>) -> Option<Flow> {
        flow.or((self.browser || self.no_browser).then_some(Flow::Browser))
    }

    /// Returns the typed redirect URI, with the typed port.
    pub(in crate::cli) fn redirect_uri(&self) -> Option<&str> {
        self.redirect_uri.as_deref()
    }

    /// Sets the redirect URI, with its port.
    pub(super) fn set_redirect_uri(&mut self, uri: &str) {
        (self.redirect_uri, self.redirect_port) = (Some(uri.to_owned()), None);
    }

    /// Prints the address instead of opening a browser.
    pub(super) fn print_address(&mut self) {
        self.no_browser = true;
    }

    /// Refuses flags that mean something to a browser alone.
    pub(super) fn ensure_of_flow(&self, profile: &Profile) -> Result<(), Failure> {
        let flags = [("--par", self.par), ("--response-mode", self.response_mode.is_some())];
        match flags.into_iter().find(|(_, is_typed)| *is_typed && profile.flow != Some(Flow::Browser)) {
            Some((flag, _)) => Err(Failure::new(Exit::Usage, format!("{flag} is for a sign-in through the browser"))
                .try_with("--flow", "browser")),
            None => Ok(()),
        }
    }

    /// Saves the typed values in the profile.
    pub(in crate::cli) fn apply(&self, flow: Option<Flow>, profile: &mut Profile) {
        let is_browser = self.browser || self.no_browser && flow.is_none();
        profile.flow = flow.or(is_browser.then_some(Flow::Browser)).or(profile.flow);
        profile.redirect_uri = self.redirect_uri.clone().or(profile.redirect_uri.take());
        profile.redirect_port = self.redirect_port.or(profile.redirect_port);
        profile.par = self.par.then_some(true).or(profile.par);
        profile.response_mode = self.response_mode.or(profile.response_mode);
    }

    /// Returns the flow of a sign-in with the profile, which has the typed values.
    pub(in crate::cli) fn chosen(&self, profile: &Profile) -> ChosenFlow {
        ChosenFlow::of(profile, self.no_browser)
    }
}

/// The flow of one sign-in.
pub(in crate::cli) enum ChosenFlow {
    /// The device authorization grant (RFC 8628).
    Device,
    /// The authorization code grant, through the browser (RFC 8252).
    Browser(BrowserSignIn),
}

impl ChosenFlow {
    /// Returns the flow of the profile. Without a browser to open, that is the device flow.
    pub(in crate::cli) fn of(profile: &Profile, without_browser: bool) -> Self {
        if profile.flow != Some(Flow::Browser) {
            return ChosenFlow::Device;
        }
        let browser = BrowserSignIn {
            without_browser,
            redirect_uri: profile.redirect_uri.clone(),
            port: profile.redirect_port,
            is_pushed: profile.par == Some(true),
            secret_variables: profile.secret_variables(),
            probes: false,
            response_mode: profile.response_mode.map(|mode| match mode {
                ReturnMode::Query => ResponseMode::Query,
                ReturnMode::FormPost => ResponseMode::FormPost,
            }),
        };
        match browser.ensure_browser() {
            Ok(()) => ChosenFlow::Browser(browser),
            Err(NoBrowser(why)) => {
                tell(format_args!(
                    "No browser opens here ({}), so you sign in with a code. --no-browser prints the address instead.",
                    plain(&why)
                ));
                ChosenFlow::Device
            }
        }
    }
}

impl ChosenFlow {
    /// Makes sure, unless the client is known, that the provider knows it before a browser opens.
    pub(super) fn with_known_client(self, is_known: bool) -> Self {
        match self {
            ChosenFlow::Browser(browser) => ChosenFlow::Browser(BrowserSignIn { probes: !is_known, ..browser }),
            ChosenFlow::Device => ChosenFlow::Device,
        }
    }
}

impl Flow {
    /// Returns the name that `--flow` takes.
    pub(in crate::cli) fn name(self) -> String {
        name_of(&self).unwrap_or_default()
    }
}

impl ValueEnum for ReturnMode {
    fn value_variants<'a>() -> &'a [Self] {
        &[ReturnMode::Query, ReturnMode::FormPost]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            ReturnMode::Query => PossibleValue::new("query").help("With the parameters in the URL"),
            ReturnMode::FormPost => PossibleValue::new("form_post").help("With a form that the page posts"),
        })
    }
}

impl ValueEnum for Flow {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Flow::Device,
            Flow::Browser,
            Flow::ClientCredentials,
            Flow::IdentityAssertion,
            Flow::ManagedIdentity,
            Flow::Auto,
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Flow::Device => PossibleValue::new("device").help("Type a code in a browser on any device (RFC 8628)"),
            Flow::Browser => PossibleValue::new("browser").help("Through the browser of this machine (RFC 8252)"),
            Flow::IdentityAssertion => PossibleValue::new("identity-assertion")
                .help("With an assertion of the company's identity provider about its user (ID-JAG)"),
            Flow::ManagedIdentity => {
                PossibleValue::new("managed-identity").help("As the Azure machine or app that the command runs on")
            }
            Flow::Auto => PossibleValue::new("auto")
                .help("As an application if a credential is there, else as a managed identity, else as a person"),
            Flow::ClientCredentials => PossibleValue::new("client-credentials")
                .help("As an application, without a person (RFC 6749 section 4.4)"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The error for an unknown flow lists all that there are.
    #[test]
    fn the_flag_takes_each_flow_that_a_profile_can_have() {
        let error = Profile::parse("flow = 'nonsense'").unwrap_err();
        let of_profile: Vec<_> = error.message().split('`').skip(3).step_by(2).collect();
        let of_flag: Vec<_> = Flow::value_variants().iter().map(|flow| flow.name()).collect();
        assert_eq!(of_flag, of_profile, "{error}: list each in value_variants, in the order of the variants");
    }
}
