//! The flags of `tokcache login`, and the profile that they result in.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser as _};
use tokcache_core::oauth::{Authority, Challenge, Endpoint};
use tokcache_core::types::ScopeSet;

use super::flow::FlowArguments;
use super::offline_access::OfflineAccess;
use super::presets::Preset;
use super::provider::ProviderArguments;
use crate::cli::Failure;
use crate::cli::context::Context;
use crate::cli::context::registration::can_be_asked_together;
use crate::cli::context::scopes::Scopes;
use crate::cli::profiles::{self, EndpointNames, Learned, Profile};
use crate::cli::resource::ResourceSettings;
use crate::cli::secrets::keys;
use crate::cli::settings::Settings;
use crate::cli::settings::credential_flags::CredentialFlags;
use crate::cli::settings::profile_format::Flow;
use crate::cli::settings::values::{bound, challenge, claims, days_or_seconds, is_same_authority, not_blank, path};

#[derive(Args, Clone, Debug, Default)]
pub(in crate::cli) struct Input {
    #[command(flatten)]
    pub(in crate::cli) provider: ProviderArguments,

    #[command(flatten)]
    pub(in crate::cli) scopes: Scopes,

    /// The tenant of an Entra authority: a GUID, a domain, organizations, common or consumers
    #[arg(long, value_name = "TENANT")]
    pub(in crate::cli) tenant: Option<String>,

    #[command(flatten)]
    pub(in crate::cli) offline_access: OfflineAccess,

    #[command(flatten)]
    pub(in crate::cli) flow: FlowArguments,

    /// Replace the scopes of the profile instead of adding to them, and let another account take the profile over; with
    /// --for, also register a new client
    #[arg(long)]
    pub(in crate::cli) replace: bool,

    /// With a code: show the address as a QR code too
    #[arg(long)]
    pub(in crate::cli) qr: bool,

    /// With a code: copy the code into the clipboard
    #[arg(long)]
    pub(in crate::cli) clipboard: bool,

    /// With a code: open the page in the browser of this machine
    #[arg(long)]
    pub(in crate::cli) open: bool,

    /// Time limit for the whole sign-in [default: until the code expires; 15m with a browser]
    #[arg(long, value_name = "DURATION", value_parser = bound)]
    pub(in crate::cli) sign_in_timeout: Option<Duration>,

    /// A claims challenge, in JSON
    #[arg(long, value_name = "JSON", value_parser = claims)]
    pub(in crate::cli) claims: Option<String>,

    /// With --for: the WWW-Authenticate header of the resource, which names the scopes to sign in for
    #[arg(long, value_name = "HEADER", value_parser = challenge, requires = "protected_resource")]
    pub(in crate::cli) challenge: Option<Challenge>,

    /// With --for: the URL of a document that describes the client, for servers that accept one as the client id
    #[arg(long, value_name = "URL", value_parser = document, requires = "protected_resource")]
    #[arg(conflicts_with = "client_id")]
    pub(in crate::cli) client_id_url: Option<String>,

    /// With --flow identity-assertion: the profile of the identity provider whose ID token vouches for the user; saved in
    /// the profile
    #[arg(long, value_name = "NAME", value_parser = not_blank)]
    pub(in crate::cli) identity_profile: Option<String>,

    /// With --identity-profile: the file with the ID token, instead of a sign-in with that profile; saved in the profile
    #[arg(long, value_name = "PATH", value_parser = OsStringValueParser::new().try_map(path))]
    #[arg(requires = "identity_profile")]
    pub(in crate::cli) identity_token_file: Option<PathBuf>,

    /// The settings that the resource has named.
    #[arg(skip)]
    pub(in crate::cli) resource: Option<Box<ResourceSettings>>,

    /// The device authorization endpoint, if the provider's metadata do not name it
    #[arg(long, value_name = "URL")]
    pub(in crate::cli) device_authorization_endpoint: Option<String>,

    /// The authorization endpoint, if the provider's metadata do not name it
    #[arg(long, value_name = "URL")]
    pub(in crate::cli) authorization_endpoint: Option<String>,

    /// The token endpoint, if the provider's metadata do not name it
    #[arg(long, value_name = "URL")]
    pub(in crate::cli) token_endpoint: Option<String>,

    /// The revocation endpoint, if the provider's metadata do not name it
    #[arg(long, value_name = "URL")]
    pub(in crate::cli) revocation_endpoint: Option<String>,
}

impl Input {
    /// Replaces `--provider` by the settings and flags that it stands for. Typed ones take precedence.
    pub(super) fn expand_provider(&mut self, settings: &Settings) -> Result<Settings, Failure> {
        match self.provider.preset() {
            Some(preset) => self.expand(preset, settings, profiles::load(&profiles::chosen(settings)?)?.as_ref()),
            None => Ok(settings.clone()),
        }
    }

    fn expand(&mut self, preset: &Preset, settings: &Settings, old: Option<&Profile>) -> Result<Settings, Failure> {
        let mut settings = self.provider.settings(preset, settings, old)?;
        let is_same = |old: &&Profile| is_same_authority(old.authority.as_ref(), settings.authority.as_ref());
        let has_scopes = old.filter(is_same).is_some_and(|old| !old.scopes.is_empty());
        if self.scopes.scopes.is_empty() && self.scopes.resource.is_none() && !has_scopes {
            self.scopes.scopes = preset.scopes.iter().map(|scope| (*scope).to_owned()).collect();
        }
        self.flow.or_preset(preset.redirect_uri);
        settings.flow = settings.flow.or(preset.needs_browser.then_some(Flow::Browser));
        let authority = settings.authority.as_deref().unwrap_or_default();
        let [device_authorization_endpoint, token_endpoint] = preset.endpoints(authority);
        self.device_authorization_endpoint =
            self.device_authorization_endpoint.take().or(device_authorization_endpoint);
        self.token_endpoint = self.token_endpoint.take().or(token_endpoint);
        Ok(settings)
    }

    /// Whether the command line allows another account to take over the profile.
    pub(super) fn takes_over(&self, context: &Context) -> bool {
        let settings = &context.settings;
        self.replace || settings.account.is_some() && !settings.variables.contains(&"TOKCACHE_ACCOUNT")
    }

    /// Returns the scopes to request: the profile's and the typed ones, or only the typed ones if one request cannot
    /// ask for both.
    pub(in crate::cli) fn asked(&self, profile: &Profile) -> Result<ScopeSet, Failure> {
        let typed = self.scopes.set(profile.place())?;
        let remembered = profile.scopes.iter().map(String::as_str).collect::<ScopeSet>();
        Ok(if typed.iter().all(|scope| remembered.contains(scope)) { remembered } else { typed })
    }

    /// Whether the profile keeps its scopes because no request can ask for both them and the typed ones.
    pub(super) fn is_apart(&self, profile: &Profile) -> bool {
        self.asked(profile).is_ok_and(|asked| !asked.iter().all(|scope| profile.scopes.iter().any(|own| own == scope)))
    }

    /// Returns the profile to save: typed settings replace the old ones. Scopes are added to those of the same
    /// authority. Endpoints of another authority are dropped.
    pub(in crate::cli) fn profile(
        &self,
        settings: &Settings,
        context: &Context,
        old: Option<Profile>,
    ) -> Result<Profile, Failure> {
        let of_folder = || settings.folder.as_ref()?.initial.clone();
        let mut profile = old.or_else(of_folder).unwrap_or_default();
        let mut is_for_another = false;
        if let Some(authority) = settings.authority.clone().or(profile.authority.clone()) {
            if !is_same_authority(profile.authority.as_ref(), Some(&authority)) {
                profile.authority_kind = None;
            }
            profile.authority_kind = settings.authority_kind.or(profile.authority_kind);
            let kind = profile.authority_kind.map(Into::into);
            let authority = Authority::of_kind(&authority, self.tenant.as_deref(), kind)
                .map_err(|error| Failure::from(error).of_variable("TOKCACHE_AUTHORITY", settings))?;
            let authority = authority.url().to_owned();
            if !is_same_authority(profile.authority.as_ref(), Some(&authority)) {
                profile.endpoints = EndpointNames::default();
                is_for_another = true;
            }
            profile.authority = Some(authority);
        }
        let client_id = settings.client_id.clone().or(profile.client_id.clone());
        if is_for_another || client_id != profile.client_id {
            // A credential belongs to one client at one authority, and must not be sent to another.
            CredentialFlags::default().put_into(&mut profile);
        }
        profile.client_id = client_id;
        let scopes = self.scopes.set(profile.place())?;
        if !scopes.is_empty() {
            if self.replace || is_for_another {
                profile.scopes.clear();
            }
            let remembered: ScopeSet = profile.scopes.iter().map(String::as_str).collect();
            if profile.scopes.is_empty() || can_be_asked_together(&remembered.union(&scopes), profile.place()) {
                let missing = scopes.iter().filter(|scope| !remembered.contains(scope));
                profile.scopes.extend(missing.map(str::to_owned));
            }
        }
        if is_for_another {
            profile.parameters.clear();
            profile.lifetime = None;
            profile.offline_access = None;
            profile.client_capabilities = None;
            profile.forget_hosts();
            (profile.flow, profile.redirect_uri, profile.redirect_port) = (None, None, None);
            (profile.par, profile.response_mode) = (None, None);
            (profile.identity_profile, profile.identity_token_file) = (None, None);
        }
        profile.client_capabilities = settings.client_capabilities(profile.client_capabilities);
        profile.parameters = self.scopes.parameters(profile.place(), &profile.parameters);
        if let Some(lifetime) = self.scopes.lifetime {
            profile.lifetime = Some(days_or_seconds(lifetime));
        }
        profile.offline_access = self.offline_access.or(profile.offline_access);
        profile.store = settings.store.as_ref().map(|_| context.store.describe().url).or(profile.store);
        profile.encrypt = keys::remembered(settings, profile.encrypt)?;
        profile.key_cache = settings.key_cache.or(profile.key_cache);
        profile.ca_file = match &settings.ca_file {
            Some(path) => Some(profiles::remembered_path(path, "--ca-file")?),
            None => profile.ca_file,
        };
        settings.credential.save_in(&mut profile)?;
        if let Some(name) = &self.identity_profile {
            let file = self.identity_token_file.as_deref();
            profile.identity_profile = Some(name.clone());
            profile.identity_token_file =
                file.map(|file| profiles::remembered_path(file, "--identity-token-file")).transpose()?;
        }
        self.flow.apply(settings.flow, &mut profile);
        let typed = EndpointNames {
            authorization_endpoint: self.authorization_endpoint.clone(),
            token_endpoint: self.token_endpoint.clone(),
            device_authorization_endpoint: self.device_authorization_endpoint.clone(),
            revocation_endpoint: self.revocation_endpoint.clone(),
            pushed_authorization_request_endpoint: None,
        };
        profile.endpoints = typed.or(profile.endpoints);
        profile.learned = Learned::default();
        if let Some(resource) = &self.resource {
            resource.apply(&mut profile);
        }
        Ok(profile)
    }
}

/// Parses the URL of a document that describes a client (draft-ietf-oauth-client-id-metadata-document): https, with a
/// path.
fn document(text: &str) -> Result<String, String> {
    Endpoint::parse(text).map_err(|error| error.to_string())?;
    let path = text.strip_prefix("https://").and_then(|rest| rest.split_once('/')).map(|(_, path)| path);
    match path {
        Some(path) if !path.is_empty() => Ok(text.to_owned()),
        _ => Err("type an https URL with a path".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::command_line::{Arguments, Command};

    fn parsed(line: &str) -> (Settings, Input) {
        let words = ["tokcache", "login"].into_iter().chain(line.split_whitespace());
        match Arguments::try_parse_from(words) {
            Ok(Arguments { settings, command: Command::Login(input) }) => (settings, *input),
            other => panic!("{line}: {other:?}"),
        }
    }

    fn expanded(line: &str, old: Option<&Profile>) -> (Settings, Input) {
        let (settings, mut input) = parsed(line);
        let settings = input.expand(input.provider.preset().unwrap(), &settings, old).unwrap();
        (settings, input)
    }

    #[test]
    fn a_provider_stands_for_what_it_needs_and_typed_flags_take_precedence() {
        let (settings, input) = expanded("--provider cognito --pool eu-west-1_A --client-id app", None);
        assert_eq!(settings.authority.as_deref(), Some("https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_A"));
        assert_eq!(input.scopes.scopes, ["email"]);
        let mut profile = Profile::default();
        input.flow.apply(settings.flow, &mut profile);
        assert_eq!(profile.flow, Some(Flow::Browser));
        assert_eq!(profile.redirect_uri.as_deref(), Some("http://localhost:8400/callback"));

        let line = "--provider cognito --pool eu-west-1_A --client-id app --flow device --redirect-port 9000 --scope a";
        let (settings, input) = expanded(line, None);
        let mut profile = Profile::default();
        input.flow.apply(settings.flow, &mut profile);
        assert_eq!((profile.flow, profile.redirect_uri), (Some(Flow::Device), None));
        assert_eq!(input.scopes.scopes, ["a"]);

        let (settings, input) = expanded("--provider github --authority https://git.lab.test/ --client-id app", None);
        assert_eq!(settings.authority.as_deref(), Some("https://git.lab.test/"));
        assert_eq!(input.token_endpoint.as_deref(), Some("https://git.lab.test/login/oauth/access_token"));
    }

    #[test]
    fn a_cloud_of_entra_is_known_by_its_name_and_by_that_of_the_azure_cli() {
        for (names, host) in [
            (["public", "AzureCloud"], "login.microsoftonline.com"),
            (["china", "AzureChinaCloud"], "login.partner.microsoftonline.cn"),
            (["usgov", "AzureUSGovernment"], "login.microsoftonline.us"),
        ] {
            for name in names {
                let line = format!("--provider entra --cloud {name} --client-id app --scope a");
                let (settings, _) = expanded(&line, None);
                assert_eq!(settings.authority, Some(format!("https://{host}/organizations")), "{name}");
            }
        }
        let (settings, mut input) = parsed("--provider github --cloud china --client-id app");
        let failure = input.expand(input.provider.preset().unwrap(), &settings, None).unwrap_err();
        assert!(failure.message().contains("--cloud"), "{failure}");
    }

    #[test]
    fn a_provider_needs_nothing_that_the_profile_has_for_the_same_authority() {
        let text = "authority = 'https://accounts.google.com'\nclient_id = 'app'\nclient_secret_file = '/secret'\n\
                    scopes = ['openid']";
        let old = Profile::parse(text).unwrap();
        let (_, input) = expanded("--provider google", Some(&old));
        assert!(input.scopes.scopes.is_empty(), "the scopes of the profile stay");
        for (line, provider_of) in [("--provider google", None), ("--provider okta --host a.test", Some(&old))] {
            let (settings, mut input) = parsed(line);
            let failure = input.expand(input.provider.preset().unwrap(), &settings, provider_of).unwrap_err();
            assert!(failure.message().contains("--client-id"), "{line}: {failure}");
        }
    }

    #[test]
    fn the_scopes_of_the_profile_are_asked_for_unless_what_was_typed_stands_alone() {
        let profile = Profile {
            authority: Some("https://login.microsoftonline.com/t".to_owned()),
            scopes: vec!["https://a/.default".to_owned()],
            ..Profile::default()
        };
        for (line, expected, is_apart) in [
            ("", "https://a/.default", false),
            ("--resource https://a", "https://a/.default", false),
            ("--resource https://b/", "https://b//.default", true),
        ] {
            let (_, input) = parsed(line);
            assert_eq!(input.asked(&profile).unwrap().to_string(), expected, "{line}");
            assert_eq!(input.is_apart(&profile), is_apart, "{line}");
        }
    }
}
