//! The exec credential plugin of Kubernetes clients (client.authentication.k8s.io).

use serde::Deserialize;

use super::choice::Helper;
use crate::cli::hosts::server::Server;
use crate::cli::settings::Settings;
use crate::cli::{Exit, Failure, environment};
use crate::output::{self, EXEC_CREDENTIAL_VERSIONS as VERSIONS, ExecCredential, command_line};

/// The request, in the variable `KUBERNETES_EXEC_INFO`. Whether a person can be asked (`interactive`) does not matter:
/// tokcache never asks.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    api_version: String,
    #[serde(default)]
    spec: Spec,
}

#[derive(Default, Deserialize)]
struct Spec {
    /// Only with `provideClusterInfo: true`.
    cluster: Option<Cluster>,
}

#[derive(Deserialize)]
struct Cluster {
    #[serde(default)]
    server: String,
}

pub(super) fn run(helper: &Helper<'_>) -> Result<(), Failure> {
    let request = environment::kubernetes_exec_info()?.map(|text| parse(&text)).transpose()?;
    let version = request.as_ref().map_or(VERSIONS[0], |request| request.api_version.as_str());
    let Some(version) = VERSIONS.into_iter().find(|known| *known == version) else {
        let message = format!("the client wants an answer as {version:?}; tokcache knows {}", VERSIONS.join(" and "));
        return Err(unusable(&message));
    };
    let cluster = request.as_ref().and_then(|request| request.spec.cluster.as_ref());
    let settings = settings_for(helper, cluster)?;
    let granted = helper.token_with(&settings, &helper.input.selection)?;
    Ok(output::answer_json(&ExecCredential::new(version, &granted.outcome))?)
}

/// Returns the settings for the cluster. A client that does not name the cluster gets a token only if the command line
/// names no host: then the user entry of the kubeconfig decides which clusters get it.
fn settings_for(helper: &Helper<'_>, cluster: Option<&Cluster>) -> Result<Settings, Failure> {
    let Some(Cluster { server }) = cluster else {
        if helper.input.hosts.is_empty() {
            return Ok(helper.settings.clone());
        }
        let message = "the client does not say which cluster asks, so --host cannot be checked; set provideClusterInfo";
        return Err(unusable(message));
    };
    helper.settings_for(Server::parse(server).as_ref())?.ok_or_else(|| {
        let message = format!("the cluster {server} is not configured to get a token");
        let words = ["tokcache", "configure", "kubernetes", "--host", server];
        Failure::new(Exit::Config, message).try_shell(command_line(words))
    })
}

fn parse(text: &str) -> Result<Request, Failure> {
    // The message of the parser would repeat a part of the value.
    serde_json::from_str(text).map_err(|_| unusable("KUBERNETES_EXEC_INFO is not an ExecCredential in JSON"))
}

fn unusable(message: &str) -> Failure {
    Failure::new(Exit::Config, message).try_shell("tokcache help credential")
}
