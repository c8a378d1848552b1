//! Kubernetes clients: a user with an exec plugin in the kubeconfig, added as text, so that comments stay.

use super::Change;
use super::file::{Edit, in_lines};
use super::plan::Plan;
use super::words::{array, in_json};
use crate::cli::{Failure, environment};
use crate::output::command_line;

pub(super) fn plan(change: &Change<'_>, plan: &mut Plan) -> Result<(), Failure> {
    let mut edit = Edit::of(&environment::kubeconfig()?)?;
    let name = change.name();
    let text = without(edit.text(), &name);
    if change.is_undo() {
        edit.set(text);
        plan.edit(edit);
        return Ok(());
    }
    if has_user(&text, &name) {
        return Err(edit.refuse(&format!("it has another user {name}; remove that first, or use another --name")));
    }
    let mut words = change.words("credential kubernetes", change.hosts()?)?;
    let program = words.remove(0);
    let text = with(&text, &entry(&name, &program, &words));
    edit.set(text.ok_or_else(|| edit.refuse("its users are not a list in lines of their own; add the user by hand"))?);
    if !edit.is_same() {
        let user = format!("--user={name}");
        let command = command_line(["kubectl", "config", "set-context", "--current", &user]);
        plan.notes.push(format!("To use it in the current context: {command}"));
    }
    plan.edit(edit);
    Ok(())
}

/// Returns the lines of the user, without indentation.
fn entry(name: &str, program: &str, words: &[String]) -> Vec<String> {
    let (name, program, words) = (in_json(name), in_json(program), array(words));
    vec![
        format!("- name: {name}"),
        "  user:".to_owned(),
        "    exec:".to_owned(),
        "      apiVersion: client.authentication.k8s.io/v1".to_owned(),
        format!("      command: {program}"),
        format!("      args: {words}"),
        "      interactiveMode: Never".to_owned(),
        "      provideClusterInfo: true".to_owned(),
    ]
}

/// Adds an entry in front of the users. Returns `None` if they are not in lines of their own.
fn with(text: &str, entry: &[String]) -> Option<String> {
    let written = |indentation: &str| entry.iter().map(|line| format!("{indentation}{line}\n")).collect::<String>();
    let lines: Vec<_> = text.split_inclusive('\n').collect();
    // Anything but YAML in lines, such as JSON.
    if text.trim_start().starts_with('{') {
        return None;
    }
    let Some(at) = lines.iter().position(|line| line.starts_with("users:")) else {
        let head = if text.trim().is_empty() { "apiVersion: v1\nkind: Config\n" } else { "" };
        return Some(format!("{}{head}users:\n{}", in_lines(text), written("")));
    };
    let value = lines[at]["users:".len()..].split('#').next().unwrap_or_default().trim();
    let (head, tail) = (lines[..at].concat(), lines[at + 1..].concat());
    match value {
        "" => {
            let first =
                lines[at + 1..].iter().find(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
            let indentation = first
                .filter(|line| line.trim_start().starts_with("- "))
                .map_or("", |line| &line[..line.len() - line.trim_start().len()]);
            let end = if lines[at].ends_with('\n') { "" } else { "\n" };
            Some(format!("{head}{}{end}{}{tail}", lines[at], written(indentation)))
        }
        "[]" | "null" | "~" => Some(format!("{head}users:\n{}{tail}", written(""))),
        _ => None,
    }
}

/// Removes the user that [`entry`] has written, also after kubectl has written the file anew.
fn without(text: &str, name: &str) -> String {
    let lines: Vec<_> = text.split_inclusive('\n').collect();
    let users = lines.iter().position(|line| line.starts_with("users:")).unwrap_or(lines.len());
    let names = [format!("- name: {}", in_json(name)), format!("- name: {name}")];
    let is_start = |line: &&str| names.iter().any(|own| line.trim() == own);
    let Some(start) = lines[users..].iter().position(is_start).map(|at| users + at) else { return text.to_owned() };
    let depth = |line: &str| line.len() - line.trim_start().len();
    let is_outside = |line: &&str| !line.trim().is_empty() && depth(line) <= depth(lines[start]);
    let end = lines[start + 1..].iter().position(is_outside).map_or(lines.len(), |length| start + 1 + length);
    // Another program's user may have the name.
    let entry = lines[start + 1..end].concat();
    let words: Vec<_> = entry.split(|c: char| c.is_whitespace() || "\"'[],".contains(c)).collect();
    let words: Vec<_> = words.into_iter().filter(|word| !word.is_empty() && *word != "-").collect();
    let program = words.windows(2).find_map(|pair| (pair[0] == "command:").then_some(pair[1]));
    let name = program.and_then(|program| program.rsplit(['/', '\\']).next());
    let is_own = matches!(name, Some("tokcache" | "tokcache.exe"))
        && words.windows(2).any(|pair| pair == ["credential", "kubernetes"]);
    if !is_own {
        return text.to_owned();
    }
    let is_content = |line: &&&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let next = lines[end..].iter().find(is_content);
    let is_only = start == users + 1 && next.is_none_or(|line| !line.trim_start().starts_with("- "));
    let head = if is_only { format!("{}users: []\n", lines[..users].concat()) } else { lines[..start].concat() };
    head + &lines[end..].concat()
}

/// Whether there is a user of this name.
fn has_user(text: &str, name: &str) -> bool {
    let users = text.lines().skip_while(|line| !line.starts_with("users:")).skip(1);
    let mut users = users.take_while(|line| line.starts_with([' ', '-', '#']) || line.trim().is_empty());
    users.any(|line| {
        let value = line.trim().trim_start_matches("- ").strip_prefix("name:").map(|value| value.trim());
        let value = value.map(|value| value.split(" #").next().unwrap_or_default().trim());
        value.is_some_and(|value| value == name || value.trim_matches(['"', '\'']) == name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_added_and_removed_without_a_trace() {
        let entry = entry("tokcache-work", "tokcache", &["credential", "kubernetes"].map(str::to_owned));
        for text in [
            "# mine\nusers:\n- name: a # the first\n  user: {}\ncontexts: []\n",
            "users:\n  # mine\n  - name: a\n    user:\n      token: t\nkind: Config\n",
            "apiVersion: v1\nusers: []\nkind: Config\n",
        ] {
            let added = with(text, &entry).unwrap();
            assert!(added.contains("- name: \"tokcache-work\"\n"), "{added}");
            assert_eq!(without(&added, "tokcache-work"), text, "{added}");
        }
        assert_eq!(without(&with("kind: Config\n", &entry).unwrap(), "tokcache-work"), "kind: Config\nusers: []\n");
        assert!(with("{\"users\": []}", &entry).is_none());
        assert!(with("users: [{name: a}]\n", &entry).is_none());
        let other = "users:\n- name: tokcache-work\n  user: {}\n";
        assert_eq!(without(other, "tokcache-work"), other);
        let other =
            "users:\n- name: a\n  user:\n    exec:\n      command: credential\n      args:\n      - kubernetes\n";
        assert_eq!(without(other, "a"), other);
        let other = "users:\n- name: tokcache-work\n  user: {}\n";
        assert!(has_user(other, "tokcache-work") && !has_user(other, "tokcache"));
        assert!(has_user("users:\n  - user: {}\n    name: 'a' # mine\n", "a"));
        assert!(!has_user("users:\n- name: b\ncontexts:\n- name: a\n", "a"));
    }
}
