//! The variables with which other tools and platforms describe an application: those of the azure-identity libraries, of
//! Azure's managed identities, and of GitHub Actions.

use std::path::PathBuf;

use tokcache_core::oauth::ManagedIdentityEndpoint;
use tokcache_core::secret::{ManagedIdentityHeader, fingerprint};
use zeroize::Zeroizing;

use super::variables::{path, text, variable};
use crate::cli::settings::profile_format::{Flow, Profile};
use crate::cli::{Exit, Failure};

/// The variable of azure-identity that holds a client secret.
pub(super) const AZURE_CLIENT_SECRET: &str = "AZURE_CLIENT_SECRET";

/// The variable of azure-identity that holds the password of a PKCS#12 file.
pub(super) const AZURE_CLIENT_CERTIFICATE_PASSWORD: &str = "AZURE_CLIENT_CERTIFICATE_PASSWORD";

/// Azure's instance metadata service.
const IMDS: &str = "http://169.254.169.254";

/// Linux shows the asset tag of the machine here. All virtual machines of Azure have this one.
const ASSET_TAG: &str = "/sys/class/dmi/id/chassis_asset_tag";
const AZURE_ASSET_TAG: &str = "7783-7084-3265-9085-8269-3286-77";

/// Returns the application that the variables of azure-identity describe; `None` unless they are complete.
pub(in crate::cli) fn azure_application() -> Result<Option<Profile>, Failure> {
    let (tenant, client_id) = (text("AZURE_TENANT_ID")?, text("AZURE_CLIENT_ID")?);
    let host = text("AZURE_AUTHORITY_HOST")?.unwrap_or_else(|| "https://login.microsoftonline.com".to_owned());
    let host = if host.contains("://") { host } else { format!("https://{host}") };
    let (Some(tenant), Some(client_id)) = (tenant, client_id) else { return Ok(None) };
    let absolute = |path: PathBuf| std::path::absolute(&path).unwrap_or(path);
    let profile = Profile {
        authority: Some(format!("{}/{tenant}", host.trim_end_matches('/'))),
        client_id: Some(client_id),
        flow: Some(Flow::ClientCredentials),
        ..Profile::default()
    };
    if variable(AZURE_CLIENT_SECRET).is_some() {
        let client_secret_variable = Some(AZURE_CLIENT_SECRET.to_owned());
        return Ok(Some(Profile { client_secret_variable, ..profile }));
    }
    if let Some(certificate) = path("AZURE_CLIENT_CERTIFICATE_PATH")? {
        let name = AZURE_CLIENT_CERTIFICATE_PASSWORD;
        return Ok(Some(Profile {
            client_certificate: Some(absolute(certificate)),
            client_certificate_password_variable: variable(name).map(|_| name.to_owned()),
            ..profile
        }));
    }
    let token = path("AZURE_FEDERATED_TOKEN_FILE")?;
    Ok(token.map(|token| Profile { federated_token_file: Some(absolute(token)), ..profile }))
}

/// The error if [`azure_application`] finds nothing. It names what is missing.
pub(in crate::cli) fn no_azure_application() -> Failure {
    let is_missing = |name: &&str| variable(name).is_none();
    let missing: Vec<_> = ["AZURE_TENANT_ID", "AZURE_CLIENT_ID"].into_iter().filter(is_missing).collect();
    let (message, command) = match missing.as_slice() {
        [] => (
            "neither AZURE_CLIENT_SECRET, AZURE_CLIENT_CERTIFICATE_PATH nor AZURE_FEDERATED_TOKEN_FILE is set"
                .to_owned(),
            "export AZURE_FEDERATED_TOKEN_FILE=PATH".to_owned(),
        ),
        [name] => (format!("{name} is not set"), format!("export {name}=ID")),
        names => (format!("{} are not set", names.join(" and ")), format!("export {}=ID", names.join("=ID "))),
    };
    Failure::new(Exit::Config, format!("the profile \"env\" describes no application: {message}")).try_shell(command)
}

/// Whether this machine or app has a service for managed identities. Sends nothing.
pub(in crate::cli) fn has_managed_identity() -> bool {
    let is_named = |name| variable(name).is_some();
    let is_app = is_named("IDENTITY_ENDPOINT") && is_named("IDENTITY_HEADER");
    let is_machine = || std::fs::read_to_string(ASSET_TAG).is_ok_and(|tag| tag.trim() == AZURE_ASSET_TAG);
    is_app || is_named("AZURE_POD_IDENTITY_AUTHORITY_HOST") || is_machine()
}

/// Returns the service that issues the tokens of a managed identity.
pub(in crate::cli) fn managed_identity() -> Result<ManagedIdentityEndpoint, Failure> {
    let unsupported = |what: &str| {
        Err(Failure::new(Exit::Config, format!("the managed identities of {what} are not supported")).without_advice())
    };
    match (text("IDENTITY_ENDPOINT")?, text("IDENTITY_HEADER")?.map(Zeroizing::new)) {
        (Some(_), Some(_)) if variable("IDENTITY_SERVER_THUMBPRINT").is_some() => unsupported("Service Fabric"),
        (Some(url), Some(header)) => {
            Ok(ManagedIdentityEndpoint::AppService { url, header: ManagedIdentityHeader::new(header.as_str()) })
        }
        (Some(_), None) if variable("IMDS_ENDPOINT").is_some() => unsupported("Azure Arc"),
        _ => {
            let url = text("AZURE_POD_IDENTITY_AUTHORITY_HOST")?.unwrap_or_else(|| IMDS.to_owned());
            Ok(ManagedIdentityEndpoint::Imds { url })
        }
    }
}

/// Returns a value that is the same for all processes of this machine and app, and no other. It is no secret.
pub(in crate::cli) fn platform() -> String {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let named = ["IDENTITY_ENDPOINT", "IDENTITY_HEADER", "AZURE_POD_IDENTITY_AUTHORITY_HOST"];
    let values = named.map(|name| variable(name).map(|value| value.to_string_lossy().into_owned()).unwrap_or_default());
    let all = Zeroizing::new(format!("{boot}\n{}", values.join("\n")));
    fingerprint(all.as_bytes())
}

/// Returns the user-assigned identity that the variables name.
pub(in crate::cli) fn azure_client_id() -> Result<Option<String>, Failure> {
    text("AZURE_CLIENT_ID")
}

/// Returns the address at which GitHub Actions issues a token to this job, and the token that authorizes the request.
pub(in crate::cli) fn github_actions() -> Result<Option<(String, Zeroizing<String>)>, Failure> {
    let (url, token) = (text("ACTIONS_ID_TOKEN_REQUEST_URL")?, text("ACTIONS_ID_TOKEN_REQUEST_TOKEN")?);
    Ok(url.zip(token.map(Zeroizing::new)))
}
