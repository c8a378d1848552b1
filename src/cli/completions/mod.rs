//! `tokcache completions`: prints the completion script of a shell.
//!
//! clap writes the scripts. The scripts of bash, zsh and fish get one more function, which calls `tokcache complete
//! KIND` for the accounts, profiles and scopes of the machine that they run on.

pub(super) mod values;

use clap::{Command, ValueHint};
use clap_complete::Shell;

use super::Failure;
use crate::output;

pub(super) fn run(shell: Shell, tokcache: &Command) -> Result<(), Failure> {
    Ok(output::answer(script(shell, tokcache).as_bytes())?)
}

/// Returns the completion script.
pub(super) fn script(shell: Shell, tokcache: &Command) -> String {
    match shell {
        Shell::Bash => {
            let script = generated(shell, tokcache.clone());
            let registered = script.replace("complete -F _tokcache ", "complete -F _tokcache_or_values ");
            IN_BASH.replace("NAMED", &named_profiles(tokcache).join("|")) + &registered
        }
        Shell::Fish => {
            let script = generated(shell, hinting(tokcache.clone()));
            let asking = script
                .replace("(__fish_complete_users)", "(__tokcache_values accounts)")
                .replace("(__fish_complete_command)", "(__tokcache_values profiles)")
                .replace("(__fish_print_hostnames)", "(__tokcache_values scopes)");
            asking + &IN_FISH.replace("NAMED", &named_profiles(tokcache).join(" "))
        }
        Shell::Zsh => {
            let script = generated(shell, hinting(tokcache.clone()));
            let asking = script
                .replace(":_users'", ":_tokcache_values accounts'")
                .replace(":_command_names -e'", ":_tokcache_values profiles'")
                .replace(":_hosts'", ":_tokcache_values scopes'");
            asking.replacen("_tokcache() {\n", IN_ZSH, 1)
        }
        shell => generated(shell, tokcache.clone()),
    }
}

/// Returns the actions of `profile` that take the name of a profile as an argument.
fn named_profiles(tokcache: &Command) -> Vec<String> {
    let actions = tokcache.find_subcommand("profile").into_iter().flat_map(Command::get_subcommands);
    let named = actions.filter(|action| action.get_arguments().any(|arg| arg.get_id() == "name"));
    named.map(|action| action.get_name().to_owned()).collect()
}

fn generated(shell: Shell, mut command: Command) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "tokcache", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// Marks each argument that `tokcache complete` can fill in. The mark is a value hint that no argument uses otherwise,
/// so that it can be found in the generated script.
fn hinting(command: Command) -> Command {
    let is_profile = command.get_name() == "profile";
    command
        .mut_args(|arg| match arg.get_id().as_str() {
            "account" => arg.value_hint(ValueHint::Username),
            "profile" => arg.value_hint(ValueHint::CommandName),
            "scopes" => arg.value_hint(ValueHint::Hostname),
            _ => arg,
        })
        .mut_subcommands(move |subcommand| {
            let subcommand = hinting(subcommand);
            let has_name = subcommand.get_arguments().any(|arg| arg.get_id() == "name");
            match is_profile && has_name {
                true => subcommand.mut_arg("name", |arg| arg.value_hint(ValueHint::CommandName)),
                false => subcommand,
            }
        })
}

/// Readline splits words at `:`, `=` and `@` and inserts only the part behind the last of them, so the function parses
/// the whole line itself.
const IN_BASH: &str = r#"# Accounts, profiles and scopes, from the cache and the folder of the profiles: `tokcache complete KIND` prints them.
# It uses no network and no key: of an encrypted cache it prints nothing.
_tokcache_values() {
    local line="${COMP_LINE:0:COMP_POINT}" kind typed word value quoted apostrophe="'\\''"
    local last="(\"[^\"]*|'[^']*|([^][:space:]\"'\\]|\\\\.)*)\$"
    local flag="[[:space:]]--(account|profile|scope)([[:space:]]+|=)$last"
    local name="[[:space:]]profile[[:space:]]+(NAMED)[[:space:]]+$last"
    if [[ $line == *" -- "* ]]; then
        return 1
    elif [[ $line =~ $flag ]]; then
        kind="${BASH_REMATCH[1]}s" typed="${BASH_REMATCH[3]}"
    elif [[ $line =~ $name ]]; then
        kind=profiles typed="${BASH_REMATCH[2]}"
    else
        return 1
    fi
    [[ $typed != -* ]] || return 1
    compopt +o default +o bashdefault 2>/dev/null
    COMPREPLY=()
    case "$typed" in
        [\"\']*) word="${typed:1}" ;;
        *) word="${typed//\\/}" ;;
    esac
    while IFS= read -r value; do
        [[ -n $value && $value == "$word"* ]] || continue
        case "$typed" in
            \"*)
                quoted="${value//\\/\\\\}" quoted="${quoted//\"/\\\"}"
                quoted="${quoted//\$/\\\$}" quoted="${quoted//\`/\\\`}"
                ;;
            \'*) quoted="${value//\'/$apostrophe}" ;;
            *) printf -v quoted %q "$value"; quoted="${quoted:${#typed}-${#2}}" ;;
        esac
        COMPREPLY+=("$quoted")
    done <<< "$(COMP_LINE="$line" command tokcache complete "$kind" 2>/dev/null)"
}

_tokcache_or_values() {
    _tokcache_values "$@" || _tokcache "$@"
}

"#;

const IN_FISH: &str = r#"
# Accounts, profiles and scopes, from the cache and the folder of the profiles: `tokcache complete KIND` prints them.
# It uses no network and no key: of an encrypted cache it prints nothing.
function __tokcache_values
    set -lx COMP_LINE (commandline -cp)
    command tokcache complete $argv 2>/dev/null
end

# Before the command, a flag that still lacks its value is none of the conditions above.
complete -c tokcache -n "contains -- (commandline -opc)[-1] --account" -l account -x -a "(__tokcache_values accounts)"
complete -c tokcache -n "contains -- (commandline -opc)[-1] --profile" -l profile -x -a "(__tokcache_values profiles)"
complete -c tokcache -n "__fish_tokcache_using_subcommand profile; and __fish_seen_subcommand_from NAMED" -f -a "(__tokcache_values profiles)"
"#;

const IN_ZSH: &str = r#"# Accounts, profiles and scopes, from the cache and the folder of the profiles: `tokcache complete KIND` prints them.
# It uses no network and no key: of an encrypted cache it prints nothing.
_tokcache_values() {
    local -a values
    values=(${(f)"$(COMP_LINE="$_tokcache_line" command tokcache complete "${@[-1]}" 2>/dev/null)"})
    compadd "${@[1,-2]}" -a values
}

_tokcache() {
    local _tokcache_line="${(j: :)words[1,CURRENT]}"
"#;

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::command_line::Arguments;

    /// Each flag for a scope, an account or a profile has the same identifier in every command, by which the scripts
    /// find it.
    #[test]
    fn every_flag_and_argument_for_what_this_machine_knows_is_completed_with_it() {
        fn check(command: &Command, path: &str) {
            for arg in command.get_arguments() {
                let id = match arg.get_long() {
                    Some("account") => "account",
                    Some("profile") => "profile",
                    Some("scope") => "scopes",
                    None if path == "profile" => "name",
                    _ => continue,
                };
                let is_path = arg.get_id() == "path";
                assert!(is_path || arg.get_id() == id, "{}: {}", command.get_name(), arg.get_id());
            }
            command.get_subcommands().for_each(|subcommand| check(subcommand, command.get_name()));
        }
        let tokcache = &Arguments::command();
        check(tokcache, "");
        assert_eq!(named_profiles(tokcache), ["show", "set", "secret", "remove"]);
        for shell in [Shell::Bash, Shell::Fish] {
            assert!(script(shell, tokcache).contains(&named_profiles(tokcache).join(if shell == Shell::Bash {
                "|"
            } else {
                " "
            })));
        }
        // `--provider` has fixed values, which clap completes.
        for shell in [Shell::Bash, Shell::Fish, Shell::Zsh] {
            assert!(script(shell, tokcache).contains("salesforce"), "{shell}");
        }
    }
}
