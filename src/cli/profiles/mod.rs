//! Stores named settings, one TOML file for each profile. A save replaces the file atomically. Changes happen under a
//! lock of the folder, so that none is based on an outdated profile.

pub(super) mod folder;
pub(super) mod promise;
mod trust;

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokcache_core::store::{Holder, Pauses};
use tokcache_core::time::{Clock, SystemClock};
use tokcache_file::platform::{self, Distrust, FolderLock};
use tokcache_file::text_of_path;

use super::failure::hint::look_at;
use super::failure::near::nearest;
use super::settings::Settings;
pub(super) use super::settings::profile_format::{Converting, EndpointNames, Learned, Profile};
use super::settings::store_url::{self, StoreUrl};
use super::{Exit, Failure, environment};
use crate::output::{command_line, plain, quote, tell};

/// Returns the name of the profile that the settings select.
pub(super) fn chosen(settings: &Settings) -> Result<String, Failure> {
    let name = settings.profile.clone().unwrap_or_else(|| "default".to_owned());
    ensure_name(&name).map_err(|failure| failure.of_variable("TOKCACHE_PROFILE", settings))?;
    Ok(name)
}

/// The error for a missing profile. It suggests a profile with a similar name.
pub(super) fn unknown(name: &str) -> Failure {
    let failure = Failure::new(Exit::Config, format!("there is no profile {name:?}"));
    let names = names().unwrap_or_default();
    match nearest(name, names.iter().map(String::as_str)) {
        Some(near) => failure.saying_more(&format!("; did you mean {near:?}?")).try_instead("--profile", name, near),
        None => failure.try_shell("tokcache profile list"),
    }
}

/// Returns the profile `name`, saved or built-in; `None` if it does not exist.
pub(super) fn load(name: &str) -> Result<Option<Profile>, Failure> {
    match load_saved(name)? {
        None => built_in(name),
        saved => Ok(saved),
    }
}

/// Returns the profile `name` if the user has saved it.
pub(super) fn load_saved(name: &str) -> Result<Option<Profile>, Failure> {
    let Some(folder) = folder()? else { return Ok(None) };
    let path = path_in(&folder, name)?;
    let bytes = match platform::read_trusted(&path, LARGEST) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        bytes => bytes.map_err(|error| cannot("read", &path, &error))?,
    };
    let unusable = |why: &str| unusable("the profile ", &path, why);
    let text = String::from_utf8(bytes).map_err(|_| unusable("it is not UTF-8"))?;
    let profile = Profile::parse(&text).map_err(|error| unusable(&unknown_setting(error.message())))?;
    ensure_places(&profile).map_err(|why| unusable(&why))?;
    Ok(Some(profile))
}

/// The error for a file with settings that cannot be used. It suggests to edit the file.
pub(super) fn unusable(what: &str, path: &Path, why: &str) -> Failure {
    Failure::new(Exit::Config, format!("{what}{} cannot be used: {why}", path.display()))
        .try_shell(format!("${{EDITOR:-vi}} {}", quote(&path.to_string_lossy())))
}

/// Adds the nearest setting to an error about an unknown one. Returns any other message as it is.
pub(super) fn unknown_setting(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    match (message.strip_prefix("unknown field "), quoted.next()) {
        (Some(_), Some(unknown)) => match nearest(unknown, quoted) {
            Some(near) => format!("unknown setting `{unknown}`; did you mean `{near}`?"),
            None => message.replacen("unknown field", "unknown setting", 1),
        },
        _ => message.to_owned(),
    }
}

/// The maximum size of a profile in bytes. A real one has some hundred.
const LARGEST: u64 = 1 << 20;

/// Checks that the paths in a profile are absolute, so that they do not depend on the current folder.
fn ensure_places(profile: &Profile) -> Result<(), String> {
    let in_text = |text: &Option<String>, scheme: &str| text.as_deref()?.strip_prefix(scheme).map(PathBuf::from);
    let paths = [
        ("store", store_url::FILES.iter().find_map(|scheme| in_text(&profile.store, scheme))),
        ("encrypt", in_text(&profile.encrypt, "key-file:")),
        ("ca_file", profile.ca_file.clone()),
        ("client_secret_file", profile.client_secret_file.clone()),
        ("client_cert", profile.client_cert.clone()),
        ("client_certificate", profile.client_certificate.clone()),
        ("client_certificate_password_file", profile.client_certificate_password_file.clone()),
        ("client_key", profile.client_key.clone()),
        ("federated_token_file", profile.federated_token_file.clone()),
        ("identity_token_file", profile.identity_token_file.clone()),
    ];
    for (setting, path) in paths {
        let is_absolute = |path: &PathBuf| path.as_os_str().is_empty() || path.is_absolute();
        if path.is_some_and(|path| !is_absolute(&path)) {
            return Err(format!("{setting} must be an absolute path"));
        }
    }
    if profile.store.as_deref().and_then(StoreUrl::parse).is_some_and(|url| url.password.is_some()) {
        return Err("store must not have a password: put it into TOKCACHE_STORE_PASSWORD_FILE".to_owned());
    }
    Ok(())
}

/// Returns a built-in profile. `azure-cli` is the Azure CLI's own client and cache file, so that one sign-in serves both.
/// `env` is the application that the variables of azure-identity describe. A saved profile of that name takes precedence.
fn built_in(name: &str) -> Result<Option<Profile>, Failure> {
    if name == ENVIRONMENT {
        return environment::azure_application()?.map(Some).ok_or_else(environment::no_azure_application);
    }
    if name != AZURE_CLI {
        return Ok(None);
    }
    let Some(folder) = environment::azure_dir()? else { return Ok(None) };
    let cache = absolute(&folder.join("msal_token_cache.json"));
    Ok(Some(Profile {
        authority: Some("https://login.microsoftonline.com/organizations".to_owned()),
        client_id: Some("04b07795-8ddb-461a-bbee-02f9e1bf7b46".to_owned()),
        // The resource identifier ends in a slash, hence two of them.
        scopes: vec!["https://management.core.windows.net//.default".to_owned()],
        store: Some(format!("file:{}", text_of_path(&cache))),
        ..Profile::default()
    }))
}

const AZURE_CLI: &str = "azure-cli";
const ENVIRONMENT: &str = "env";

/// Checks that the profile `name` can be saved, before the user has to sign in.
pub(super) fn ensure_writable(name: &str) -> Result<(), Failure> {
    let path = path(name)?;
    ensure_told_apart(name)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let probe = || {
        platform::create_folder(folder)?;
        // A profile in a folder where others can replace it would be refused later.
        platform::check_way(folder)?;
        tempfile::tempfile_in(folder).map(drop)
    };
    probe().map_err(|error| cannot("write", &path, &error))
}

/// The lock for changing profiles, held until it is dropped.
pub(super) struct Changing {
    folder: PathBuf,
    _lock: FolderLock,
}

/// The prefix of the temporary files of profiles.
const TEMPORARY: &str = ".profile-";

impl Changing {
    /// Waits at most `patience` for other processes that change profiles.
    pub(super) fn begin(patience: Duration) -> Result<Changing, Failure> {
        let folder = folder()?.ok_or_else(environment::no_home)?;
        let clock = SystemClock::new();
        let mut pauses = Pauses::new(patience, &clock);
        loop {
            if let Some(changing) = Changing::try_in(&folder)? {
                return Ok(changing);
            }
            let (pause, _) = pauses
                .next(Holder::default(), || FolderLock::file_in(&folder))
                .map_err(|busy| Failure::new(Exit::Config, busy.to_string()).retryable(true))?;
            clock.sleep(pause);
            pauses.rested(pause);
        }
    }

    fn try_in(folder: &Path) -> Result<Option<Changing>, Failure> {
        let lock = platform::create_folder(folder)
            // A profile in a folder where others can replace it would be refused later.
            .and_then(|()| platform::check_way(folder))
            .and_then(|()| FolderLock::try_of(folder));
        let lock = lock.map_err(|error| cannot("write", &FolderLock::file_in(folder), &error))?;
        let changing = lock.map(|_lock| Changing { folder: folder.to_owned(), _lock });
        changing.iter().for_each(Changing::sweep);
        Ok(changing)
    }

    /// Takes the lock without waiting. Returns `None` if another process holds it.
    pub(super) fn try_begin() -> Result<Option<Changing>, Failure> {
        Changing::try_in(&folder()?.ok_or_else(environment::no_home)?)
    }

    /// Removes the temporary files of processes that were killed during a save: with the lock held, no save is running.
    /// A file that cannot be removed does no harm.
    fn sweep(&self) {
        let names = platform::names_in(&self.folder).into_iter().flatten();
        for name in names.filter(|name| name.as_encoded_bytes().starts_with(TEMPORARY.as_bytes())) {
            let _ = fs::remove_file(self.folder.join(name));
        }
    }

    /// Saves the profile `name` atomically.
    pub(super) fn save(&self, name: &str, profile: &Profile) -> Result<(), Failure> {
        let path = path(name)?;
        let text = profile.to_toml().map_err(|error| Failure::new(Exit::Unexpected, error))?;
        replace(&path, TEMPORARY, text.as_bytes()).map_err(|error| cannot("write", &path, &error))?;
        self.sync();
        Ok(())
    }

    /// Removes the profile `name`. Returns `false` if it does not exist.
    pub(super) fn remove(&self, name: &str) -> Result<bool, Failure> {
        let path = path(name)?;
        match fs::remove_file(&path) {
            Ok(()) => {
                self.sync();
                Ok(true)
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(cannot("remove", &path, &error)),
        }
    }

    /// Syncs the folder. A failure is only a warning, because the change itself has succeeded.
    fn sync(&self) {
        if let Err(error) = platform::sync_folder(&self.folder) {
            tell_unsynced(&self.folder, &error);
        }
    }
}

/// Writes the file at `path` atomically, through a temporary file in the same folder.
pub(super) fn replace(path: &Path, temporary: &str, content: &[u8]) -> io::Result<()> {
    let file = platform::create_temporary(path.parent().unwrap_or(Path::new(".")), temporary)?;
    file.as_file().write_all(content)?;
    file.as_file().sync_all()?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

/// Changes the profile `name` under the lock. `change` gets the profile that [`load`] finds, and returns the new one,
/// or `None` to leave the profile as it is. `change` must not wait for a user or a server.
pub(super) fn update(
    name: &str,
    patience: Duration,
    change: impl FnOnce(Option<Profile>) -> Result<Option<Profile>, Failure>,
) -> Result<(), Failure> {
    // Report an unreadable profile before anything is created in its folder.
    load(name)?;
    let changing = Changing::begin(patience)?;
    ensure_told_apart(name)?;
    match change(load(name)?)? {
        Some(profile) => changing.save(name, &profile),
        None => Ok(()),
    }
}

/// Warns that a change in the folder may not survive a system crash.
pub(super) fn tell_unsynced(folder: &Path, error: &io::Error) {
    let folder = folder.display().to_string();
    tell(format_args!(
        "warning: saved, but a system crash could undo the save: cannot sync {}: {error}",
        plain(&folder)
    ));
}

/// Returns the names of all profiles, including the built-in ones, sorted.
pub(super) fn names() -> Result<Vec<String>, Failure> {
    let mut names = saved_names()?;
    names.extend([AZURE_CLI, ENVIRONMENT].map(str::to_owned));
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

/// Returns the names of the saved profiles.
pub(super) fn saved_names() -> Result<Vec<String>, Failure> {
    let Some(folder) = folder()? else { return Ok(Vec::new()) };
    let names = match platform::names_in(&folder) {
        Ok(names) => names,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(cannot("read", &folder, &error)),
    };
    Ok(names
        .filter_map(|name| Some(name.to_str()?.strip_suffix(".toml")?.to_owned()))
        .filter(|name| is_name(name))
        .collect())
}

/// Returns the path of `flag` in the form that a profile stores, which must be UTF-8 (TOML).
pub(super) fn remembered_path(path: &Path, flag: &'static str) -> Result<PathBuf, Failure> {
    if path.to_str().is_none() {
        let message = format!("{flag}: a profile cannot store a path that is not UTF-8");
        return Err(Failure::new(Exit::Usage, message).try_with(flag, "PATH"));
    }
    Ok(absolute(path))
}

/// Returns an absolute path.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// Refuses a new name that differs from an existing one only in case. On macOS and Windows, or in a folder that is
/// shared with them, both would be the same file.
fn ensure_told_apart(name: &str) -> Result<(), Failure> {
    let names = saved_names()?;
    if names.iter().any(|other| other == name) {
        return Ok(());
    }
    match names.iter().find(|other| other.eq_ignore_ascii_case(name)) {
        Some(other) => {
            let message =
                format!("there is a profile {other:?} already, and many systems treat {name:?} as the same name");
            Err(Failure::new(Exit::Config, message).try_shell("tokcache profile list"))
        }
        None => Ok(()),
    }
}

/// Refuses an invalid profile name.
pub(super) fn ensure_name(name: &str) -> Result<(), Failure> {
    if is_name(name) {
        return Ok(());
    }
    let message = format!("{name:?} is not a profile name: use up to 64 letters, digits, - and _");
    Err(Failure::new(Exit::Config, message).try_shell("tokcache profile list"))
}

fn path(name: &str) -> Result<PathBuf, Failure> {
    path_in(&folder()?.ok_or_else(environment::no_home)?, name)
}

fn path_in(folder: &Path, name: &str) -> Result<PathBuf, Failure> {
    ensure_name(name)?;
    Ok(folder.join(format!("{name}.toml")))
}

/// Whether `name` is valid. It becomes a file name, so it must not contain a path.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= 64 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

/// Returns the folder of the profiles; `None` without a home folder, in which case there are no profiles.
pub(super) fn folder() -> Result<Option<PathBuf>, Failure> {
    Ok(environment::config_dir()?.map(|folder| folder.join("profiles")))
}

/// Returns the failure of an action on a file, with the command that helps.
pub(super) fn cannot(action: &str, path: &Path, error: &io::Error) -> Failure {
    let message = format!("cannot {action} {}: {error}", path.display());
    if let Some(distrust) = error.get_ref().and_then(|error| error.downcast_ref::<Distrust>()) {
        let message = if distrust.path == path {
            format!("cannot {action} {}: {}", path.display(), distrust.why)
        } else {
            message
        };
        let remedy = distrust.remedy.as_ref().map(command_line);
        return Failure::new(Exit::Config, message)
            .try_shell(remedy.unwrap_or_else(|| look_at(&distrust.path, error.kind())));
    }
    // Replacing or removing a file needs write permission on its folder.
    let is_of_folder = action != "read" && error.kind() == ErrorKind::PermissionDenied;
    let decisive = if is_of_folder { path.parent().unwrap_or(path) } else { path };
    Failure::new(Exit::Config, message).try_shell(look_at(decisive, error.kind()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_setting_is_named_with_the_nearest_known_one() {
        let said = |text: &str| unknown_setting(Profile::parse(text).unwrap_err().message());
        assert_eq!(said("scope = 'a'"), "unknown setting `scope`; did you mean `scopes`?");
        assert_eq!(said("client-id = 'a'"), "unknown setting `client-id`; did you mean `client_id`?");
        assert_eq!(said("[endpoints]\ntoken = 'a'"), "unknown setting `token`; did you mean `token_endpoint`?");
        assert!(said("nonsense = 1").starts_with("unknown setting `nonsense`, expected one of `authority`"));
        assert!(said("scopes = 1").starts_with("invalid type"));
    }

    /// The error for an unknown setting lists all that there are.
    #[test]
    fn a_file_in_a_profile_does_not_depend_on_the_current_folder() {
        let error = Profile::parse("nonsense = 1").unwrap_err();
        let files = error.message().split('`').skip(3).step_by(2).filter(|setting| setting.ends_with("_file"));
        let files: Vec<_> = files.map(|setting| format!("{setting} = 'a'")).collect();
        assert!(files.len() > 4, "{error}");
        let stores = store_url::FILES.map(|scheme| format!("store = '{scheme}a'"));
        for text in files.iter().chain(&stores) {
            let placed = ensure_places(&Profile::parse(text).unwrap());
            assert!(placed.is_err_and(|why| why.ends_with("must be an absolute path")), "ensure_places accepts {text}");
        }
    }

    #[test]
    fn a_profile_that_may_not_be_replaced_is_for_its_folder_to_allow() {
        let folder = std::env::temp_dir().canonicalize().unwrap_or_default();
        let file = tempfile::NamedTempFile::new_in(&folder).unwrap_or_else(|error| panic!("{error}"));
        let advice = |action| {
            cannot(action, file.path(), &ErrorKind::PermissionDenied.into()).command(&[], &Settings::default())
        };
        let shown = |path: &Path| format!("ls -ld {}", quote(&path.to_string_lossy()));
        assert_eq!(advice("write"), Some(shown(&folder)));
        assert_eq!(advice("read"), Some(shown(file.path())));
    }
}
