//! Docker, Podman and skopeo: `credHelpers` in Docker's configuration, and a link with the name that they look for.

use serde_json::Value;

use super::file::Edit;
use super::link::Link;
use super::plan::Plan;
use super::{Change, json};
use crate::cli::{Failure, environment};

/// The object of the configuration.
const HELPERS: &str = "credHelpers";

/// The indentation of the configuration, as Docker writes it.
const TAB: &str = "\t";

/// The name of the helper, behind `docker-credential-`.
const NAME: &str = "tokcache";

pub(super) fn plan(change: &Change<'_>, plan: &mut Plan) -> Result<(), Failure> {
    let mut edit = Edit::of(&environment::docker_config()?)?;
    let left = plan.hosts(change)?;
    if change.is_undo() && !left.is_changed {
        return Ok(());
    }
    for typed in change.hosts()? {
        let host = typed.to_string();
        let helper = json::value(edit.text(), &[HELPERS, &host]);
        match (helper.as_ref().and_then(Value::as_str), change.is_undo()) {
            (Some(NAME), true) if !left.needs(typed) => {
                let text = json::without(edit.text(), &[HELPERS, &host], TAB);
                edit.set(text.ok_or_else(|| edit.refuse("it is not JSON"))?);
            }
            (Some(NAME), _) | (_, true) => {}
            (Some(other), false) => {
                return Err(edit.refuse(&format!("{host} has the credential helper {other:?} there; remove it first")));
            }
            (None, false) => {
                let text = json::with(edit.text(), &[HELPERS, &host], &NAME.into(), TAB);
                let why = || {
                    edit.refuse(&format!("it is not an object in JSON; add \"{HELPERS}\": {{\"{host}\": \"{NAME}\"}}"))
                };
                edit.set(text.ok_or_else(why)?);
            }
        }
    }
    let is_used = edit.text().contains("\"tokcache\"") || !left.is_empty();
    plan.link(Link::beside_program("docker-credential-tokcache", is_used)?);
    plan.edit(edit);
    Ok(())
}
