//! The changes that make up a configuration: shown, or made.

use super::Change;
use super::client::Client;
use super::file::Edit;
use super::link::Link;
use crate::cli::Failure;
use crate::cli::failure::repeated;
use crate::cli::hosts::server::Host;
use crate::cli::profiles::{self, Profile};
use crate::cli::settings::Settings;
use crate::output::{self, plain, tell};

/// Changes, in the order in which they are made.
#[derive(Default)]
pub(super) struct Plan {
    profile: Option<HostsOfProfile>,
    links: Vec<Link>,
    edits: Vec<Edit>,
    /// The next steps of the person.
    pub(super) notes: Vec<String>,
}

/// A change of the hosts in a profile that get tokens.
struct HostsOfProfile {
    name: String,
    /// The program for which they are.
    client: Client,
    hosts: Vec<String>,
    is_added: bool,
}

impl HostsOfProfile {
    fn apply_to(&self, profile: &mut Profile) {
        let of_client = profile.configured_hosts.entry(self.client.name()).or_default();
        of_client.retain(|host| !self.hosts.contains(host));
        if self.is_added {
            of_client.extend(self.hosts.iter().cloned());
        }
        profile.configured_hosts.retain(|_, hosts| !hosts.is_empty());
    }
}

impl Plan {
    /// Adds a change of a file.
    pub(super) fn edit(&mut self, edit: Edit) {
        self.edits.extend(Some(edit).filter(|edit| !edit.is_same()));
    }

    /// Adds a link to create or remove.
    pub(super) fn link(&mut self, link: Link) {
        self.notes.extend(link.note());
        self.links.extend(Some(link).filter(|link| !link.is_same()));
    }

    /// Adds the typed hosts to those that get tokens from the profile, or removes them. Returns whether the program has any
    /// host afterwards, in any profile.
    pub(super) fn hosts(&mut self, change: &Change<'_>) -> Result<bool, Failure> {
        let (client, name) = (change.target.client, &change.profile);
        let hosts = change.hosts()?.iter().map(Host::to_string).collect();
        let hosts = HostsOfProfile { name: name.clone(), client, hosts, is_added: !change.is_undo() };
        let old = profiles::load_saved(name)?.unwrap_or_default();
        let mut new = old.clone();
        hosts.apply_to(&mut new);
        self.profile = (new.configured_hosts != old.configured_hosts).then_some(hosts);
        let has_hosts = |profile: &Profile| profile.configured_hosts.contains_key(&client.name());
        let others = profiles::saved_names()?.into_iter().filter(|other| other != name);
        // A profile that cannot be read gives no token.
        let mut others = others.filter_map(|other| profiles::load_saved(&other).ok().flatten());
        Ok(has_hosts(&new) || others.any(|other| has_hosts(&other)))
    }

    /// Prints the changes.
    pub(super) fn show(&self) -> Result<(), Failure> {
        let mut text = String::new();
        if let Some(HostsOfProfile { name, client, hosts, is_added }) = &self.profile {
            let sign = if *is_added { '+' } else { '-' };
            text += &format!("profile {name}\n");
            hosts.iter().for_each(|host| text += &format!("{sign}configured_hosts.{} {host}\n", client.name()));
        }
        self.links.iter().for_each(|link| text += &format!("{}\n", link.command()));
        self.edits.iter().for_each(|edit| text += &edit.diff());
        let lines: String = text.lines().map(|line| shown(line) + "\n").collect();
        output::answer(lines.as_bytes())?;
        if text.is_empty() {
            tell("nothing to change");
        } else {
            self.tell_notes();
            let words = std::env::args_os().map(|word| word.to_string_lossy().into_owned()).skip(1);
            let words =
                repeated::repeatable(["tokcache".to_owned()].into_iter().chain(words).chain(["--write".to_owned()]));
            tell(format_args!("Nothing has changed yet. To change it: {}", plain(&output::command_line(words))));
        }
        Ok(())
    }

    /// Makes the changes.
    pub(super) fn apply(&self, settings: &Settings) -> Result<(), Failure> {
        if let Some(change) = &self.profile {
            profiles::update(&change.name, settings.lock_timeout(), |old| {
                Ok(old.map(|mut profile| {
                    change.apply_to(&mut profile);
                    profile
                }))
            })?;
            tell(format_args!("changed the profile {}", change.name));
        }
        for link in &self.links {
            link.apply()?;
            tell(plain(&format!("changed {}", link.path().display())));
        }
        for edit in &self.edits {
            edit.write()?;
            tell(plain(&format!("changed {}", edit.path().display())));
        }
        if self.profile.is_none() && self.links.is_empty() && self.edits.is_empty() {
            tell("nothing to change");
        }
        self.tell_notes();
        Ok(())
    }

    fn tell_notes(&self) {
        self.notes.iter().for_each(|note| tell(plain(note)));
    }
}

/// Returns a line without what could control a terminal, but with its indentation.
fn shown(line: &str) -> String {
    let (sign, rest) = line.split_at(line.len() - line.trim_start_matches(['+', '-', ' ', '\t']).len());
    format!("{sign}{}", plain(rest))
}
