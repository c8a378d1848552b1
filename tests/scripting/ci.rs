//! The jobs for GitHub Actions and GitLab CI, with a provider that trusts the token of the job.

use std::path::Path;
use std::process::Output;

use serde_json::json;

use crate::page::block;
use crate::site::{Site, TOKEN};
use crate::support::home::Home;
use crate::support::provider::Provider;
use crate::support::{answer_of, text};

const JOB_TOKEN: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJqb2IifQ.x";

/// How a runner starts the lines of a job: GitHub without and with `shell: bash`, and GitLab.
const GITHUB: [&[&str]; 2] = [&["bash", "-e"], &["bash", "--noprofile", "--norc", "-eo", "pipefail"]];
const GITLAB: &[&str] = &["bash", "-eo", "pipefail"];

/// A provider that also issues the tokens of jobs, as GitHub does.
fn provider(trusts: bool) -> Provider {
    Provider::start(move |path, form| match path {
        _ if path.starts_with("/job-token?") => (200, json!({ "value": JOB_TOKEN })),
        "/tenant/token" if trusts && form.contains(&format!("client_assertion={JOB_TOKEN}")) => {
            let token = json!({
                "access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600, "scope": "notes.read"
            });
            (200, token)
        }
        _ => (400, json!({ "error": "invalid_client", "error_description": "the job is not trusted" })),
    })
}

/// Runs the lines as a runner that starts them with `words`, with the variables of the job.
fn run(site: &Site, words: &[&str], variables: &[(String, String)], lines: &str, provider: &Provider) -> Output {
    crate::support::put(&site.home.path("lines"), lines);
    let mut command = site.command(words);
    command.arg(site.home.path("lines"));
    for (name, value) in variables {
        command.env(name, value.replace("https://id.example.com", &format!("{}/tenant", provider.address())));
    }
    command.env("ID_TOKEN", JOB_TOKEN);
    command.env("ACTIONS_ID_TOKEN_REQUEST_URL", format!("{}/job-token?", provider.address()));
    command.env("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "of-the-job");
    command.output().unwrap()
}

/// Returns the lines below `key`, without their indentation.
fn below(yaml: &str, key: &str) -> Vec<String> {
    let mut lines = yaml.lines().skip_while(|line| !line.trim_start().trim_start_matches("- ").starts_with(key));
    let head = lines.next().unwrap_or_else(|| panic!("no {key}"));
    let depth = |line: &str| line.len() - line.trim_start().len();
    lines.take_while(|line| depth(line) > depth(head)).map(|line| line.trim_start().to_owned()).collect()
}

fn variables(yaml: &str, key: &str) -> Vec<(String, String)> {
    let pair = |line: String| line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned())).unwrap();
    below(yaml, key).into_iter().map(pair).collect()
}

#[track_caller]
fn check(heading: &str, key: &str, shells: &[&[&str]], lines_of: impl Fn(&str) -> Vec<String>) {
    for words in shells {
        for trusts in [true, false] {
            let provider = provider(trusts);
            let site = Site::around(Home::empty(), TOKEN);
            let yaml = site.block(heading, 0);
            let lines = lines_of(&yaml).join("\n");
            assert!(lines.lines().count() > 1, "{yaml}");
            let output = run(&site, words, &variables(&yaml, key), &lines, &provider);
            if trusts {
                site.assert_fetched(&output);
            } else {
                assert_eq!(output.status.code(), Some(6), "{output:?}");
                assert_eq!(site.api.seen(), [], "no request is sent");
                let stderr = String::from_utf8(output.stderr).unwrap();
                assert!(stderr.contains("the job is not trusted"), "{stderr}");
            }
        }
    }
}

#[test]
fn a_step_of_github_actions_stops() {
    check("GitHub Actions", "env:", &GITHUB, |yaml| below(yaml, "run: |"));
    let page = block("GitHub Actions", 0);
    assert_eq!(variables(&page, "permissions:"), [("id-token".to_owned(), "write".to_owned())]);
}

/// gitlab-ci-local checks the file by GitLab's schema. The tokens of a job are beyond it.
#[test]
fn the_job_of_gitlab_is_one_for_gitlab_ci_local() {
    let runner =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("target/e2e/scripting-node/node_modules/.bin/gitlab-ci-local");
    assert!(runner.exists(), "{} is missing: run tests/run scripting", runner.display());
    for trusts in [true, false] {
        let provider = provider(trusts);
        let site = Site::around(Home::empty(), TOKEN);
        let yaml = site.block("GitLab CI", 0);
        let authority = format!("TOKCACHE_AUTHORITY: {}/tenant", provider.address());
        let yaml = yaml.replace("TOKCACHE_AUTHORITY: https://id.example.com", &authority);
        site.home.write(".gitlab-ci.yml", yaml);
        let git = "git init -q . && git -c user.name=a -c user.email=a@b commit -q --allow-empty -m 1";
        answer_of(&site.command(&["sh", "-c", git]).output().unwrap());
        let mut job = site.command(&[runner.to_str().unwrap(), "--shell-executor-no-image", "--shell-isolation"]);
        let output = job.args(["--variable", &format!("ID_TOKEN={JOB_TOKEN}"), "notes"]).output().unwrap();
        assert_eq!(output.status.success(), trusts, "{output:?}");
        if trusts {
            assert_eq!(site.api.seen().len(), 1, "{output:?}");
        } else {
            assert_eq!(site.api.seen(), [], "no request is sent");
        }
        assert!(text(&output.stderr).contains("json schema validated"), "{output:?}");
    }
}

#[test]
fn a_job_of_gitlab_stops() {
    let item = |line: String| line.strip_prefix("- ").unwrap().to_owned();
    check("GitLab CI", "variables:", &[GITLAB], |yaml| below(yaml, "script:").into_iter().map(item).collect());
    // A line with this text would be a map to YAML.
    assert!(!below(&block("GitLab CI", 0), "script:").iter().any(|line| line.contains(": ")));
}
