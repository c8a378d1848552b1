//! The changes that make up a configuration: shown, or made.

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

/// A change of the `helper_hosts` of a profile.
struct HostsOfProfile {
    name: String,
    hosts: Vec<String>,
    is_added: bool,
}

impl HostsOfProfile {
    fn applied_to(&self, mut profile: Profile) -> Profile {
        profile.helper_hosts.retain(|host| !self.hosts.contains(host));
        if self.is_added {
            profile.helper_hosts.extend(self.hosts.iter().cloned());
        }
        profile
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

    /// Adds `hosts` to the hosts of the profile that get tokens, or removes them.
    pub(super) fn hosts(&mut self, name: &str, hosts: &[Host], is_added: bool) -> Result<(), Failure> {
        let change =
            HostsOfProfile { name: name.to_owned(), hosts: hosts.iter().map(Host::to_string).collect(), is_added };
        let old = profiles::load_saved(name)?.unwrap_or_default();
        let is_same = change.hosts.iter().all(|host| old.helper_hosts.contains(host) == is_added);
        self.profile = (!is_same).then_some(change);
        Ok(())
    }

    /// Prints the changes.
    pub(super) fn show(&self) -> Result<(), Failure> {
        let mut text = String::new();
        if let Some(HostsOfProfile { name, hosts, is_added }) = &self.profile {
            let sign = if *is_added { '+' } else { '-' };
            text += &format!("profile {name}\n");
            hosts.iter().for_each(|host| text += &format!("{sign}helper_hosts {host}\n"));
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
                Ok(old.map(|profile| change.applied_to(profile)))
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
