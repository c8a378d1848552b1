//! Docker, Podman and skopeo: `credHelpers` in Docker's configuration, and a link with the name that they look for.

use super::file::Edit;
use super::link::Link;
use super::plan::Plan;
use super::{Change, json};
use crate::cli::{Failure, environment};

/// The object of the configuration.
const HELPERS: &str = "credHelpers";

/// The name of the helper, behind `docker-credential-`.
const NAME: &str = "tokcache";

pub(super) fn plan(change: &Change<'_>, plan: &mut Plan) -> Result<(), Failure> {
    let mut edit = Edit::of(&environment::docker_config()?)?;
    for host in change.hosts()? {
        let host = host.to_string();
        match (helper_of(edit.text(), &host).as_deref(), change.is_undo()) {
            (Some(NAME), true) => {
                let text = json::without(edit.text(), HELPERS, &host);
                edit.set(text.ok_or_else(|| edit.refuse("it is not JSON"))?);
            }
            (Some(NAME), false) | (_, true) => {}
            (Some(other), false) => {
                return Err(edit.refuse(&format!("{host} has the credential helper {other:?} there; remove it first")));
            }
            (None, false) => {
                let text = json::with(edit.text(), HELPERS, &host, NAME);
                let why = || {
                    edit.refuse(&format!("it is not an object in JSON; add \"{HELPERS}\": {{\"{host}\": \"{NAME}\"}}"))
                };
                edit.set(text.ok_or_else(why)?);
            }
        }
    }
    let is_used = edit.text().contains("\"tokcache\"");
    plan.link(Link::beside_program("docker-credential-tokcache", is_used)?);
    plan.hosts(&change.profile, change.hosts()?, !change.is_undo())?;
    plan.edit(edit);
    Ok(())
}

/// Returns the helper of a registry.
fn helper_of(text: &str, host: &str) -> Option<String> {
    let document: serde_json::Value = serde_json::from_str(text).ok()?;
    Some(document.get(HELPERS)?.get(host)?.as_str()?.to_owned())
}
