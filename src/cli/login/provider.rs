//! `login --provider`: a known provider instead of typed settings.

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, ValueEnum};

use super::presets::{PRESETS, Preset};
use crate::cli::settings::Settings;
use crate::cli::settings::profile_format::Profile;
use crate::cli::settings::values::{is_same_authority, name_of};
use crate::cli::{Exit, Failure, client_credential};

/// A cloud of Microsoft Entra. The Azure CLI's names are accepted too.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Cloud {
    China,
    Public,
    UsGovernment,
}

impl Cloud {
    fn host(self) -> &'static str {
        match self {
            Cloud::China => "login.partner.microsoftonline.cn",
            Cloud::Public => "login.microsoftonline.com",
            Cloud::UsGovernment => "login.microsoftonline.us",
        }
    }
}

impl ValueEnum for Cloud {
    fn value_variants<'a>() -> &'a [Self] {
        &[Cloud::China, Cloud::Public, Cloud::UsGovernment]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Cloud::China => PossibleValue::new("china").alias("AzureChinaCloud").help("Azure operated by 21Vianet"),
            Cloud::Public => PossibleValue::new("public").alias("AzureCloud").help("The global cloud"),
            Cloud::UsGovernment => {
                PossibleValue::new("usgov").alias("AzureUSGovernment").help("Azure Government of the USA")
            }
        })
    }
}

#[derive(Args, Clone, Debug, Default)]
pub(in crate::cli) struct ProviderArguments {
    /// A provider that tokcache knows, instead of --authority and the flags that the provider needs
    #[arg(long, value_name = "NAME", value_parser = names())]
    provider: Option<String>,

    /// With --provider: the host, such as ORG.okta.com, TENANT.auth0.com or that of a server of your own
    #[arg(long, value_name = "HOST", value_parser = host, requires = "provider", conflicts_with = "authority")]
    host: Option<String>,

    /// With --provider entra: the cloud of the tenant [default: public]
    #[arg(long, value_name = "CLOUD", value_enum, requires = "provider", conflicts_with_all = ["authority", "host"])]
    cloud: Option<Cloud>,

    /// With --provider keycloak: the realm
    #[arg(long, value_name = "REALM", value_parser = segment, requires = "provider", conflicts_with = "authority")]
    realm: Option<String>,

    /// With --provider cognito: the id of the user pool, such as eu-central-1_EXAMPLE1
    #[arg(long, value_name = "ID", value_parser = pool, requires = "provider", conflicts_with = "authority")]
    pool: Option<String>,
}

fn names() -> PossibleValuesParser {
    PRESETS.iter().map(|preset| PossibleValue::new(preset.name).help(preset.title)).collect::<Vec<_>>().into()
}

fn host(text: &str) -> Result<String, String> {
    let is_host = |c: char| c.is_ascii_alphanumeric() || "-.:[]".contains(c);
    let is_plain = text.chars().all(is_host) && text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[');
    if is_plain { Ok(text.to_owned()) } else { Err("type the host alone, such as ORG.okta.com".to_owned()) }
}

/// Parses one part of the path of a URL.
fn segment(text: &str) -> Result<String, String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.~%".contains(c);
    let is_name = text.chars().all(is_plain) && text.chars().any(|c| c.is_ascii_alphanumeric());
    if is_name { Ok(text.to_owned()) } else { Err("write it as in the URL of the provider".to_owned()) }
}

fn pool(text: &str) -> Result<String, String> {
    match text.split_once('_') {
        Some((region, id)) if !region.is_empty() && !id.is_empty() => segment(text),
        _ => Err("the id of a pool begins with its region, such as eu-central-1_EXAMPLE1".to_owned()),
    }
}

impl ProviderArguments {
    /// Returns the preset of the provider that was typed.
    pub(in crate::cli) fn preset(&self) -> Option<&'static Preset> {
        PRESETS.iter().find(|preset| Some(preset.name) == self.provider.as_deref())
    }

    /// Returns the settings, with the authority of the preset. A typed `--authority` replaces it.
    ///
    /// # Errors
    /// The provider needs something that is neither typed nor in `profile`, or does not take something that is typed.
    pub(in crate::cli) fn settings(
        &self,
        preset: &Preset,
        settings: &Settings,
        profile: Option<&Profile>,
    ) -> Result<Settings, Failure> {
        let is_typed = |variable| !settings.variables.contains(&variable);
        let typed_authority = settings.authority.clone().filter(|_| is_typed("TOKCACHE_AUTHORITY"));
        for (flag, _) in self.inputs() {
            if !preset.inputs.iter().any(|input| input.flag == flag) {
                let message = format!("the provider {} takes no {flag}", preset.name);
                return Err(Failure::new(Exit::Usage, message).try_without_value(flag));
            }
        }
        if self.cloud.is_some() && preset.name != "entra" {
            let message = format!("the provider {} takes no --cloud", preset.name);
            return Err(Failure::new(Exit::Usage, message).try_without_value("--cloud"));
        }
        let of_cloud = self.cloud.map(|cloud| ("--host", cloud.host().to_owned()));
        let value = |flag: &str| {
            let typed = self.inputs().find_map(|(own, value)| (own == flag).then(|| value.clone()));
            typed.or_else(|| of_cloud.clone().filter(|(own, _)| *own == flag).map(|(_, host)| host))
        };
        let is_missing = |input: &&super::presets::Input| input.default.is_none() && value(input.flag).is_none();
        let mut missing: Vec<_> = match &typed_authority {
            Some(_) => Vec::new(),
            None => preset.inputs.iter().filter(is_missing).map(|input| (input.flag, input.example)).collect(),
        };
        let authority = typed_authority.unwrap_or_else(|| preset.authority(value));
        let own = profile.filter(|profile| is_same_authority(profile.authority.as_ref(), Some(&authority)));
        if settings.client_id.is_none() && own.is_none_or(|own| own.client_id.is_none()) {
            missing.push(("--client-id", "ID"));
        }
        let has_secret =
            client_credential::is_named(settings)? || own.is_some_and(|own| own.client_secret_file.is_some());
        if preset.needs_client_secret && !has_secret {
            missing.push(("--client-secret-file", "PATH"));
        }
        if !missing.is_empty() {
            let flags: Vec<_> = missing.iter().map(|(flag, _)| *flag).collect();
            let message = format!("signing in at {} needs {}", preset.title, flags.join(" and "));
            let missing = missing.into_iter().map(|(flag, example)| (flag, example.to_owned())).collect();
            return Err(Failure::new(Exit::Usage, message).try_with_all(missing));
        }
        Ok(Settings {
            authority: Some(authority),
            // A variable with the kind of another authority does not apply.
            authority_kind: settings.authority_kind.filter(|_| is_typed("TOKCACHE_AUTHORITY_KIND")),
            variables: settings.variables.iter().copied().filter(|name| *name != "TOKCACHE_AUTHORITY").collect(),
            ..settings.clone()
        })
    }

    fn inputs(&self) -> impl Iterator<Item = (&'static str, &String)> {
        let inputs = [("--host", &self.host), ("--realm", &self.realm), ("--pool", &self.pool)];
        inputs.into_iter().filter_map(|(flag, value)| Some((flag, value.as_ref()?)))
    }

    /// Returns the flags as typed.
    pub(in crate::cli) fn words(&self) -> Vec<String> {
        let provider = self.provider.iter().map(|name| ("--provider", name));
        let cloud = self.cloud.as_ref().and_then(name_of);
        let flags = provider.chain(self.inputs()).chain(cloud.as_ref().map(|cloud| ("--cloud", cloud)));
        flags.flat_map(|(flag, value)| [flag.to_owned(), value.clone()]).collect()
    }
}
