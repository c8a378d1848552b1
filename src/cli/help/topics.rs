//! The help topics that are not commands.

use std::fmt::Write;
use std::path::PathBuf;

use clap::{Command, CommandFactory};

use super::{Arguments, WIDEST, is_setting};
use crate::cli::{Failure, environment};

/// A topic, and the function that returns its text.
type Topic = (&'static str, fn() -> String);

/// All topics.
pub(super) const TOPICS: [Topic; 4] = [
    ("settings", settings),
    ("environment", environment),
    ("exit-codes", || EXIT_CODES.to_owned()),
    ("scripting", || SCRIPTING.to_owned()),
];

/// Returns the help on the flags that every command takes.
fn settings() -> String {
    let all = Arguments::command();
    let args = all.get_arguments().filter(|arg| is_setting(arg)).cloned();
    let mut listed = Command::new("settings")
        .disable_help_flag(true)
        .max_term_width(WIDEST)
        .color(clap::ColorChoice::Never)
        .help_template("{all-args}")
        .args(args);
    let listed = listed.render_long_help().to_string();
    format!("{PRECEDENCE}\n\n{}\n\nRun `tokcache help environment` for all variables and folders.\n", listed.trim_end())
}

const PRECEDENCE: &str = "\
A flag takes precedence over its variable, and a variable over the profile.
A .tokcache.toml in the folder selects the profile if you trust it (`tokcache profile trust`).";

/// Returns the help on the variables, with the folders on this machine.
fn environment() -> String {
    let mut text = format!("{PRECEDENCE}\nAn empty variable counts as unset.\n\nVariables of settings:\n");
    for (variable, flag) in of_flags() {
        let _ = writeln!(text, "  {variable:<36} {flag}");
    }
    let folder = |folder: Result<Option<PathBuf>, Failure>| match folder {
        Ok(Some(path)) => path.display().to_string(),
        Ok(None) | Err(_) => "unknown here".to_owned(),
    };
    let (config, state) = (folder(environment::config_dir()), folder(environment::state_dir()));
    let _ = writeln!(text, "\nFolders:");
    let _ = writeln!(text, "  TOKCACHE_CONFIG_DIR  the folder of the profiles, here {config}");
    let _ = writeln!(text, "  TOKCACHE_STATE_DIR   the folder of the cache, here {state}");
    text + OTHER_VARIABLES
}

/// Returns the variables that the help of a flag names, each with the flag.
pub(super) fn of_flags() -> Vec<(String, String)> {
    let all = Arguments::command();
    let named = all.get_arguments().filter(|arg| is_setting(arg)).filter_map(|arg| {
        let help = arg.get_help()?.to_string();
        let variable = help.split_once("[env: ")?.1.split([']', '=', ',']).next()?.to_owned();
        Some((variable, format!("--{}", arg.get_long()?)))
    });
    named.collect()
}

pub(super) const OTHER_VARIABLES: &str = "
Secrets and passphrases, which are never arguments:
  TOKCACHE_CLIENT_SECRET               the client secret
  TOKCACHE_CLIENT_CERTIFICATE_PASSWORD the password of a PKCS#12 file
  TOKCACHE_PASSPHRASE_FILE             the file with the passphrase of the cache
  TOKCACHE_PASSPHRASE_FD               the file descriptor to read the passphrase from
  TOKCACHE_STORE_PASSWORD_FILE         the file with the password of a shared store
  TOKCACHE_STORE_PASSWORD              the password of a shared store
  TOKCACHE_TO_PASSWORD_FILE            the same for the store in `cache copy --to`
  TOKCACHE_TO_PASSWORD                 the same for the store in `cache copy --to`

Set for the program that a command starts:
  ACCESS_TOKEN, ACCESS_TOKEN_FILE      the token of `exec`, or the file with it
  TOKCACHE_PROXY_URL                   the address of `proxy`

Networks and terminals, as in other programs:
  HTTPS_PROXY, ALL_PROXY, NO_PROXY     the proxy; names in lower case take precedence
  SSL_CERT_FILE, SSL_CERT_DIR          replace the trusted certificates of the system
  BROWSER                              the browser of `login --browser`
  NO_COLOR                             no colour
  TOKCACHE_SCREEN_READER               if it is 1, text on a terminal suits a screen reader

Platforms:
  AZURE_CONFIG_DIR                     the folder of the Azure CLI, for the profile azure-cli
  AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_AUTHORITY_HOST, AZURE_CLIENT_SECRET,
  AZURE_CLIENT_CERTIFICATE_PATH, AZURE_CLIENT_CERTIFICATE_PASSWORD,
  AZURE_FEDERATED_TOKEN_FILE
                                       the application of the profile env
  IDENTITY_ENDPOINT, IDENTITY_HEADER, IDENTITY_SERVER_THUMBPRINT,
  AZURE_POD_IDENTITY_AUTHORITY_HOST    the service of --flow managed-identity
  ACTIONS_ID_TOKEN_REQUEST_URL, ACTIONS_ID_TOKEN_REQUEST_TOKEN
                                       the service of --federated-token-source github-actions
";

// A line break before the first line would remove its indentation.
pub(super) const EXIT_CODES: &str = "    0  ok                    success
    1  unexpected            an error without a better name
    2  usage                 the arguments are wrong
    3  config                the profile or the settings cannot be used; a retry does not help
    4  interaction_required  no token is cached and a refresh is not possible: sign in
    5  unavailable           network error, time-out or HTTP 5xx: try again; nothing was deleted
    6  denied                the user, a policy or the provider refused
    7  store                 the cache or its key cannot be read or written
    8  min_valid             even a fresh token would expire before --min-valid
    9  account               no such account, or several: the error lists them
  130  interrupted           Ctrl-C

`exec` returns the exit status of its program. `doctor` returns that of its worst finding.
With --error-format json, an error is one line of JSON: its `code` is the name above, `retryable`
says whether the same command can succeed later, and `command` is the command that helps.
";

/// `tests/help` runs the indented lines.
pub(super) const SCRIPTING: &str = "\
stdout has the answer or nothing. Prompts, warnings and errors go to stderr. Only `login`,
`token --login` and `cache` wait for a person; `clear --all` and `profile remove` ask on a terminal.

Start a program with the token in its environment. Without a token, it does not start:

    tokcache exec --scope notes.read -- ./report.sh

Or assign the token before you use it. `export TOKEN=$(...)`, `local token=$(...)` and
`curl ... \"$(tokcache token)\"` hide a failure, and run with an empty token:

    token=$(tokcache token --scope notes.read) || exit

Other users can see arguments. `tokcache curl` keeps the token out of them:

    tokcache curl --scope notes.read -sS https://id.example.com/me

Decide by the exit status (`tokcache help exit-codes`):

    tokcache token --scope notes.read >/dev/null && echo ok || case $? in
        4) echo 'sign in first' ;;
        5) echo 'try again later' ;;
        *) exit 1 ;;
    esac

Require a validity that is long enough for the work, or exit with status 8:

    token=$(tokcache token --scope notes.read --min-valid 20m) || exit

Read a value of JSON:

    tokcache token --scope notes.read -o json | python3 -c 'import json, sys; print(json.load(sys.stdin)[\"expires_at\"])'

Look at a decision without changing anything:

    tokcache explain --scope notes.read
    tokcache doctor
";
