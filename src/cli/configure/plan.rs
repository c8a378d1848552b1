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
        match self.is_added {
            true => of_client.extend(self.hosts.iter().cloned()),
            false => of_client.retain(|host| !self.hosts.contains(host)),
        }
        profile.configured_hosts.retain(|_, hosts| !hosts.is_empty());
    }

    fn save(&self, settings: &Settings) -> Result<(), Failure> {
        profiles::update(&self.name, settings.lock_timeout(), |old| {
            Ok(old.map(|mut profile| {
                self.apply_to(&mut profile);
                profile
            }))
        })?;
        tell(format_args!("changed the profile {}", self.name));
        Ok(())
    }
}

/// The hosts that a program may still ask for, in all profiles.
pub(super) struct HostsLeft {
    hosts: Vec<String>,
    /// Whether all profiles could be read.
    is_certain: bool,
    /// Whether the profile loses or gets hosts, or is gone. Otherwise there is nothing to undo.
    pub(super) is_changed: bool,
}

impl HostsLeft {
    fn add(&mut self, client: Client, profile: &Profile) {
        self.hosts.extend(profile.configured_hosts.get(&client.name()).into_iter().flatten().cloned());
    }

    /// Whether a profile may have this host.
    pub(super) fn needs(&self, host: &Host) -> bool {
        !self.is_certain || self.hosts.contains(&host.to_string())
    }

    /// Whether no profile has a host.
    pub(super) fn is_empty(&self) -> bool {
        self.is_certain && self.hosts.is_empty()
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

    /// Adds the typed hosts to those that get tokens from the profile, or removes them. Returns what is left for the program.
    pub(super) fn hosts(&mut self, change: &Change<'_>) -> Result<HostsLeft, Failure> {
        let (name, client, is_added) = (change.profile.clone(), change.target.client, !change.is_undo());
        let saved = profiles::load_saved(&name)?;
        let is_gone = saved.is_none();
        let old = saved.unwrap_or_default();
        let present = old.configured_hosts.get(&client.name()).map(Vec::as_slice).unwrap_or_default();
        let typed = change.hosts()?.iter().map(Host::to_string);
        let mut hosts: Vec<_> = typed.filter(|host| present.contains(host) != is_added).collect();
        hosts.dedup();
        let hosts = HostsOfProfile { name, client, hosts, is_added };
        let mut new = old;
        hosts.apply_to(&mut new);
        let is_changed = is_gone || !hosts.hosts.is_empty();
        let mut left = HostsLeft { hosts: Vec::new(), is_certain: true, is_changed };
        left.add(client, &new);
        for other in profiles::saved_names()?.into_iter().filter(|other| *other != hosts.name) {
            match profiles::load_saved(&other) {
                Ok(profile) => {
                    let profile = profile.unwrap_or_default();
                    let is_shared = |host: &&String| profile.all_helper_hosts().any(|own| own == *host);
                    if let Some(host) = hosts.hosts.iter().find(is_shared).filter(|_| is_added) {
                        let note = format!(
                            "{host} is in the profile {other} too: {client} takes the token of TOKCACHE_PROFILE, or else of \
                             the profile default",
                            client = client.name()
                        );
                        self.notes.push(note);
                    }
                    left.add(client, &profile);
                }
                // It may have hosts.
                Err(_) => left.is_certain = false,
            }
        }
        self.profile = Some(hosts).filter(|hosts| !hosts.hosts.is_empty());
        Ok(left)
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

    /// Makes the changes. The profile is changed last if hosts are added, and first if they are removed: a failure in
    /// between leaves no host that gets tokens.
    pub(super) fn apply(&self, settings: &Settings) -> Result<(), Failure> {
        let removed = self.profile.as_ref().filter(|change| !change.is_added);
        let added = self.profile.as_ref().filter(|change| change.is_added);
        removed.map_or(Ok(()), |change| change.save(settings))?;
        for link in &self.links {
            link.apply()?;
            tell(plain(&format!("changed {}", link.path().display())));
        }
        for edit in &self.edits {
            edit.write()?;
            tell(plain(&format!("changed {}", edit.path().display())));
        }
        added.map_or(Ok(()), |change| change.save(settings))?;
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
