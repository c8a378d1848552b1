//! `configure` and `unconfigure`: other content stays, and the change can be taken back.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use crate::support::home::Home;
use crate::support::{answer_of, put, text};

/// The clients: their flags, their file, and what is there before.
const CLIENTS: [(&str, &str, &str); 18] = [
    (
        "git --host a.example.com --host 127.0.0.1:8080",
        ".gitconfig",
        "# mine\n[user]\n\tname = A # b\n[credential]\n\thelper = cache\n",
    ),
    (
        "kubernetes --host a.example.com",
        ".kube/config",
        "# mine\nusers:\n- name: a # first\n  user:\n    token: secret\n",
    ),
    (
        "docker --host a.example.com",
        ".docker/config.json",
        "{\n\t\"auths\": {\n\t\t\"x\": {\n\t\t\t\"auth\": \"secret\"\n\t\t}\n\t}\n}",
    ),
    (
        "cargo --name priv",
        ".cargo/config.toml",
        "# mine\n[registries.priv] # b\nindex = \"sparse+https://a.example.com/i/\"\n\n[net]\nretry = 1\n",
    ),
    (
        "terraform --host a.example.com",
        ".terraformrc",
        "# mine\ncredentials \"b.example.com\" {\n  token = \"secret\"\n}\n",
    ),
    ("go --host a.example.com", ".config/go/env", "GOFLAGS=-mod=mod\n"),
    ("pip --host a.example.com", ".config/pip/pip.conf", "# mine\n[global]\ntimeout = 60\n\n[install]\nuser = true\n"),
    ("uv --host a.example.com", ".config/uv/uv.toml", "# mine\noffline = false\n\n[pip]\nstrict = true\n"),
    ("bazel --host a.example.com", ".bazelrc", "# mine\nbuild -c opt\n"),
    (
        "npm --host a.example.com --host b.example.com",
        ".npmrc",
        "; mine\nfund=false\n//c.example.com/:_authToken=secret\n",
    ),
    (
        "google",
        ".config/gcloud/application_default_credentials.json",
        "{\n  \"type\": \"external_account\",\n  \"audience\": \"//iam.googleapis.com/x\",\n  \"b\": {}\n}\n",
    ),
    (
        "msmtp --host a.example.com --username a@example.com",
        ".msmtprc",
        "# mine\ndefaults\ntls on\naccount \"home\"\nhost b.example.com\npassword secret\n\naccount default : home\n",
    ),
    ("mutt", ".muttrc", "# mine\nset folder = \"imaps://a.example.com\"\nset imap_pass = \"secret\"\n"),
    ("aws --role-arn arn:aws:iam::1:role/r", ".aws/config", "# mine\n[default]\nregion = eu-central-1\n"),
    (
        "claude-code --profile agent --for https://mcp.example.com/mcp",
        ".claude.json",
        "{\n  \"numStartups\": 3,\n  \"mcpServers\": {\n    \"a\": {\n      \"env\": \"secret\"\n    }\n  }\n}\n",
    ),
    (
        "claude-code --profile agent --for https://mcp.example.com/mcp --model",
        ".claude/settings.json",
        "{\n  \"model\": \"opus\",\n  \"env\": {\n    \"A\": \"secret\"\n  }\n}\n",
    ),
    (
        "codex --profile agent --for https://mcp.example.com/mcp",
        ".codex/config.toml",
        "# mine\nmodel = 'm' # b\n\n[mcp_servers.a]\ncommand = 'a'\nenv = { K = 'secret' }\n",
    ),
    (
        "codex --profile agent --for https://mcp.example.com/mcp --model --name gateway",
        ".codex/config.toml",
        "# mine\n[model_providers.gateway]\nname = 'Gateway' # b\nbase_url = 'https://mcp.example.com/v1'\n\n[tui]\na = 1\n",
    ),
];

/// A profile for an MCP server.
const AGENT: &str = "authority = 'https://id.example.com'\nclient_id = 'app'\nscopes = ['api:read']\n\
                     protected_resource = 'https://mcp.example.com/mcp'\n";

/// Returns the flags of `unconfigure`.
fn of_undo(flags: &str) -> &str {
    const NEW: [&str; 5] = [" --role-arn", " --index", " --base-url", " --username", " --workload"];
    NEW.iter().fold(flags, |flags, new| flags.split(new).next().unwrap())
}

/// Returns what the line of `configure` contains. npm's has the variable of `exec`.
fn own(flags: &str) -> &'static str {
    if flags.starts_with("npm") { "NPM_TOKEN_DEFAULT" } else { "tokcache" }
}

/// Returns a home with the profile `agent` too.
fn home() -> Home {
    let home = crate::home();
    home.write("config/profiles/agent.toml", AGENT);
    home
}

fn with_file(file: &str, content: &str) -> Home {
    let home = home();
    fs::create_dir_all(home.path(file).parent().unwrap()).unwrap();
    home.write(file, content);
    home
}

#[test]
fn a_change_is_shown_then_made_then_taken_back() {
    for (flags, file, content) in CLIENTS {
        let home = with_file(file, content);
        let read = || fs::read_to_string(home.path(file)).unwrap();
        let profile = || fs::read_to_string(home.path("config/profiles/default.toml")).unwrap();
        let before = profile();
        let shown = home.answer(&format!("configure {flags}"));
        let own = own(flags);
        assert!(shown.contains(own) && !shown.contains("secret"), "{shown}");
        assert_eq!((read().as_str(), profile()), (content, before.clone()), "nothing changes without --write");
        assert_eq!(home.answer(&format!("configure {flags} --write")), "");
        let after = read();
        assert!(after.contains(own) && after != content, "{after}");
        for line in content.lines().filter(|line| !line.trim().is_empty()) {
            assert!(after.lines().any(|own| own == line), "{flags}: {line} is gone from {after}");
        }
        let mode = fs::metadata(home.path(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
        assert_eq!(home.answer(&format!("configure {flags} --write")), "", "twice is once");
        assert_eq!(read(), after);
        let flags = of_undo(flags);
        assert!(home.answer(&format!("unconfigure {flags}")).contains(own));
        assert_eq!(read(), after);
        home.answer(&format!("unconfigure {flags} --write"));
        assert_eq!((read().as_str(), profile()), (content, before), "{flags}");
        assert_eq!(fs::read_dir(home.path("bin")).unwrap().count(), 1, "{flags}: a link is left");
        assert_eq!(home.answer(&format!("unconfigure {flags} --write")), "");
        assert_eq!(read(), content);
    }
}

#[test]
fn a_file_that_does_not_exist_is_made_and_removed() {
    for (flags, file, _) in CLIENTS {
        let home = home();
        let flags = flags.replace("--name priv", "--name priv --index sparse+https://a.example.com/i/");
        let flags = flags.replace("--name gateway", "--name gateway --base-url https://mcp.example.com/v1");
        let flags = flags.replace(
            "google",
            "google --workload-identity-provider projects/1/locations/global/workloadIdentityPools/p/providers/p \
             --service-account a@p.iam.gserviceaccount.com",
        );
        home.answer(&format!("configure {flags} --write"));
        assert!(fs::read_to_string(home.path(file)).unwrap().contains(own(&flags)), "{flags}");
        home.answer(&format!("unconfigure {} --write", of_undo(&flags)));
        let left = fs::read_to_string(home.path(file)).unwrap_or_default();
        assert!(!left.contains("tokcache") && left.len() < 50, "{flags}: {left}");
    }
}

#[test]
fn a_setting_of_another_program_stays_and_is_an_error() {
    for (flags, file, content) in [
        ("docker --host a.example.com", ".docker/config.json", "{\"credHelpers\": {\"a.example.com\": \"gcloud\"}}"),
        (
            "cargo --name priv",
            ".cargo/config.toml",
            "[registries.priv]\nindex = 'https://a.example.com'\ncredential-provider = 'cargo:token'\n",
        ),
        ("terraform --host a.example.com", ".terraformrc", "credentials_helper \"other\" {}\n"),
        ("go --host a.example.com", ".config/go/env", "GOAUTH=off\n"),
        ("pip --host a.example.com", ".config/pip/pip.conf", "[global]\nkeyring-provider = import\n"),
        ("uv --host a.example.com", ".config/uv/uv.toml", "keyring-provider = \"disabled\"\n"),
        ("aws --name default --role-arn r", ".aws/config", "[default]\ncredential_process = other\n"),
        ("kubernetes --host a.example.com", ".kube/config", "{\"users\": []}\n"),
        ("kubernetes --host a.example.com --name b", ".kube/config", "users:\n- user: {}\n  name: b # mine\n"),
        ("bazel --host a.example.com", ".bazelrc", "common --credential_helper=a.example.com=/other\n"),
        (
            "cargo --name priv --index https://b.example.com/",
            ".cargo/config.toml",
            "[registries.priv]\nindex = 'https://a.example.com/'\n",
        ),
        ("pip --host a.example.com", ".config/pip/pip.conf", "[global] ; mine\nKeyring_Provider: disabled\n"),
        ("uv --host a.example.com", ".config/uv/uv.toml", "  \"keyring-provider\" = \"disabled\"\n"),
        ("aws --name a --role-arn r", ".aws/config", "[profile \"a\"] ; mine\ncredential_process: /other\n"),
        ("mutt", ".muttrc", "set imap_oauth_refresh_command = \"other\"\n"),
        ("npm --host a.example.com", ".npmrc", "//a.example.com/:_authToken = \"${OTHER}\"\n"),
        ("google", ".config/gcloud/application_default_credentials.json", "{\"type\": \"authorized_user\"}"),
        (
            "google",
            ".config/gcloud/application_default_credentials.json",
            "{\"type\": \"external_account\", \"credential_source\": {\"file\": \"/a\"}}",
        ),
        ("google", ".config/gcloud/application_default_credentials.json", "no json"),
        ("msmtp --name a", ".msmtprc", "account a\npasswordeval \"pass mail\"\n"),
        ("msmtp --name a", ".msmtprc", "account \"a\" : b\nauth xoauth2\n"),
        ("mutt", ".muttrc", "set smtp_oauth_refresh_command='other'\n"),
        ("mutt", ".muttrc", "set sort=date;\tset imap_authenticators=plain\n"),
        ("mutt", ".config/neomutt/neomuttrc", "set imap_authenticators=plain\n"),
        (
            "npm --host a.example.com:443",
            ".npmrc",
            "//a.example.com/:_authToken=${NPM_TOKEN_DEFAULT}\n'//a.example.com/:_authToken'=x\n",
        ),
        (
            "git --host a.example.com",
            ".gitconfig",
            "[credential \"https://a.example.com\"]\n\thelper =\n\thelper = store\n",
        ),
        (
            "google --service-account a@p.iam.gserviceaccount.com",
            ".config/gcloud/application_default_credentials.json",
            "{\"type\": \"external_account\", \"audience\": \"//iam.googleapis.com/x\"}",
        ),
        ("docker --host a.example.com", ".docker/config.json", "no json"),
        ("cargo --name priv --index https://a.example.com", ".cargo/config.toml", "no toml"),
        ("claude-code SERVER", ".claude.json", "{\"mcpServers\": {\"mcp-example-com\": {\"command\": \"a\"}}}"),
        (
            "claude-code SERVER",
            ".claude.json",
            "{\"mcpServers\": {\"mcp-example-com\": {\"url\": \"https://mcp.example.com/two\", \
             \"headersHelper\": \"tokcache credential mcp-headers\"}}}",
        ),
        ("claude-code SERVER", ".claude.json", "{\"mcpServers\": []}"),
        ("claude-code SERVER --model", ".claude/settings.json", "{\"apiKeyHelper\": \"tokcache token | tee log\"}"),
        ("claude-code SERVER --model", ".claude/settings.json", "no json"),
        ("codex SERVER --name a", ".codex/config.toml", "[mcp_servers.a]\ncommand = 'a'\n"),
        ("codex SERVER --name a", ".codex/config.toml", "[mcp_servers.a]\nurl = 'https://mcp.example.com/two'\n"),
        (
            "codex SERVER --name a",
            ".codex/config.toml",
            "[mcp_servers.a]\nurl = 'https://mcp.example.com/mcp'\nbearer_token_env_var = 'T'\n",
        ),
        (
            "codex SERVER --name a",
            ".codex/config.toml",
            "[mcp_servers.a]\nurl = 'https://mcp.example.com/mcp'\nhttp_headers_helper = 'other'\n",
        ),
        (
            "codex SERVER --name a",
            ".codex/config.toml",
            "mcp_servers = { a = { url = 'https://mcp.example.com/mcp' } }\n",
        ),
        ("codex SERVER --name a", ".codex/config.toml", "no toml"),
        (
            "codex SERVER --model --name a",
            ".codex/config.toml",
            "[model_providers.a]\nbase_url = 'https://mcp.example.com/v1'\nenv_key = 'K'\n",
        ),
        (
            "codex SERVER --model --name a",
            ".codex/config.toml",
            "[model_providers.a]\nbase_url = 'https://mcp.example.com/v1'\nauth = { command = 'other' }\n",
        ),
        (
            "codex SERVER --model --name a",
            ".codex/config.toml",
            "[model_providers.a]\nbase_url = 'https://b.example.com'\n",
        ),
        (
            "codex SERVER --model --name a",
            ".codex/config.toml",
            "[model_providers.a]\nbase_url = 'http://mcp.example.com'\n",
        ),
    ] {
        let flags = flags.replace("SERVER", "--profile agent --for https://mcp.example.com/mcp");
        let home = with_file(file, content);
        home.failure(3, &format!("configure {flags} --write"));
        assert_eq!(fs::read_to_string(home.path(file)).unwrap(), content, "{flags}");
    }
}

#[test]
fn what_another_program_or_the_person_needs_stays() {
    let home = home();
    let hosts = |words: &str| home.answer(&format!("credential docker {words}"));
    home.answer("profile set default --helper-host own.example.com");
    for client in ["docker", "uv"] {
        home.answer(&format!("configure {client} --host own.example.com --host both.example.com --write"));
    }
    home.answer("unconfigure uv --host own.example.com --host both.example.com --write");
    assert!(hosts("list").contains("both.example.com"));
    home.answer("unconfigure docker --host own.example.com --host both.example.com --write");
    let left = hosts("list");
    assert!(left.contains("own.example.com") && !left.contains("both.example.com"), "{left}");
    // The empty value is the person's.
    home.write(".gitconfig", "[credential \"https://a.example.com\"]\n\thelper =\n");
    home.answer("configure git --host a.example.com --write");
    home.answer("unconfigure git --host a.example.com --write");
    assert_eq!(
        fs::read_to_string(home.path(".gitconfig")).unwrap().trim_end(),
        "[credential \"https://a.example.com\"]\n\thelper ="
    );
    home.write(".npmrc", "//a.example.com/:_authToken=${NPM_TOKEN_DEFAULT}\n//a.example.com/:_authToken=mine\n");
    home.answer("unconfigure npm --host a.example.com --write");
    assert_eq!(fs::read_to_string(home.path(".npmrc")).unwrap(), "//a.example.com/:_authToken=mine\n");
}

/// The helpers of programs that have one for each host, in two profiles.
#[test]
fn a_host_of_another_profile_stays() {
    for (client, file) in [("docker", ".docker/config.json"), ("bazel", ".bazelrc"), ("go", ".config/go/env")] {
        let home = home();
        let profile = fs::read(home.path("config/profiles/default.toml")).unwrap();
        home.write("config/profiles/other.toml", profile);
        let read = || fs::read_to_string(home.path(file)).unwrap();
        home.answer(&format!("configure {client} --host a.example.com --write"));
        home.answer(&format!("configure {client} --profile other --host b.example.com --write"));
        assert!(read().contains("a.example.com") && read().contains("b.example.com"), "{client}: {}", read());
        let before = read();
        for wrong in ["--profile other --host a.example.com", "--host b.example.com", "--host c.example.com"] {
            home.answer(&format!("unconfigure {client} {wrong} --write"));
            assert_eq!(read(), before, "{client} {wrong}");
        }
        home.answer(&format!("unconfigure {client} --profile other --host b.example.com --write"));
        assert!(read().contains("a.example.com") && !read().contains("b.example.com"), "{client}: {}", read());
        if client != "go" {
            // A profile that cannot be read may have the host.
            let configured = read();
            home.write("config/profiles/other.toml", "no toml");
            home.answer(&format!("unconfigure {client} --host a.example.com --write"));
            assert_eq!(read(), configured, "{client}");
        }
    }
    let home = home();
    home.answer("configure docker --host a.example.com --write");
    home.write("config/profiles/other.toml", "helper_hosts = ['b.example.com']\n");
    let said = text(&home.tokcache("configure docker --host b.example.com --write").stderr);
    assert!(said.contains("b.example.com is in the profile other too"), "{said}");
}

#[test]
fn go_keeps_what_the_person_wrote() {
    let home = with_file(".config/go/env", "GOAUTH=netrc\nGOFLAGS=-v\n");
    home.answer("unconfigure go --host a.example.com --write");
    assert_eq!(fs::read_to_string(home.path(".config/go/env")).unwrap(), "GOAUTH=netrc\nGOFLAGS=-v\n");
}

#[test]
fn flags_that_a_person_has_added_to_a_line_stay() {
    let home = home();
    for (flags, file, end) in [
        ("git --host a.example.com", ".gitconfig", "a.example.com\"\n"),
        ("aws --role-arn r", ".aws/config", "--role-arn r\n"),
    ] {
        home.answer(&format!("configure {flags} --write"));
        home.edit(
            file,
            end,
            &end.replace("a.example.com", "a.example.com --authtype basic").replace(" r", " r --region x"),
        );
        let edited = fs::read_to_string(home.path(file)).unwrap();
        home.answer(&format!("configure {flags} --write"));
        assert_eq!(fs::read_to_string(home.path(file)).unwrap(), edited, "{flags}");
    }
}

/// Otherwise another helper, which the person has for all hosts, would save the token.
#[test]
fn the_section_of_git_is_the_last_one() {
    let mine = "[credential \"https://a.example.com\"]\n\tusername = me\n[credential]\n\thelper = store\n";
    let home = with_file(".gitconfig", mine);
    home.answer("configure git --host a.example.com --write");
    let mut git = home.command("git");
    let approved = "protocol=https\nhost=a.example.com\nusername=me\npassword=AT-bob\n\n";
    answer_of(&crate::fed(
        {
            git.args(["credential", "approve"]);
            git
        },
        approved,
    ));
    assert!(!home.path(".git-credentials").exists());
    home.answer("unconfigure git --host a.example.com --write");
    assert_eq!(fs::read_to_string(home.path(".gitconfig")).unwrap(), mine);
}

#[test]
fn a_device_stays_a_device_and_a_link_a_link() {
    let mut home = home();
    symlink("dotfiles-npmrc", home.path(".npmrc")).unwrap();
    home.answer("configure npm --host a.example.com --write");
    home.answer("unconfigure npm --host a.example.com --write");
    assert!(home.path(".npmrc").is_symlink() && home.path("dotfiles-npmrc").exists());
    home.set("NPM_CONFIG_USERCONFIG", "/dev/null");
    let said = home.failure(3, "configure npm --host a.example.com --write");
    assert!(said.contains("/dev/null cannot be used: it is not a file"), "{said}");
}

#[test]
fn a_file_of_one_line_shows_no_secret() {
    let home = with_file(".docker/config.json", "{\"auths\":{\"x\":{\"auth\":\"secret\"}}}");
    let shown = home.answer("configure docker --host a.example.com");
    assert!(shown.contains("\"a.example.com\": \"tokcache\"") && !shown.contains("secret"), "{shown}");
}

#[test]
fn a_host_gets_no_token_if_its_helper_cannot_be_made() {
    let home = home();
    put(&home.path("bin/keyring"), "another program");
    home.failure(3, "configure pip --host a.example.com --write");
    assert!(!fs::read_to_string(home.path("config/profiles/default.toml")).unwrap().contains("a.example.com"));
}

#[test]
fn a_helper_for_all_hosts_stays_until_the_last_host_is_gone() {
    for (client, file) in [("terraform", ".terraformrc"), ("pip", ".config/pip/pip.conf"), ("uv", ".config/uv/uv.toml")]
    {
        let home = home();
        let profile = fs::read(home.path("config/profiles/default.toml")).unwrap();
        home.write("config/profiles/other.toml", profile);
        let names = |folder: &str| fs::read_dir(home.path(folder)).unwrap().count();
        let folder = if client == "terraform" { ".terraform.d/plugins" } else { "bin" };
        for (profile, host) in [("default", "a"), ("default", "b"), ("other", "c")] {
            home.answer(&format!("configure {client} --profile {profile} --host {host}.example.com --write"));
        }
        let links = names(folder);
        for (profile, host) in [("default", "a"), ("other", "c")] {
            home.answer(&format!("unconfigure {client} --profile {profile} --host {host}.example.com --write"));
            assert!(fs::read_to_string(home.path(file)).unwrap().contains("tokcache"), "{client}: {host}");
        }
        assert_eq!(names(folder), links, "{client}");
        home.answer(&format!("unconfigure {client} --host b.example.com --write"));
        assert!(!home.path(file).exists(), "{client}");
        assert_eq!(names(folder), links - 1, "{client}");
    }
}

/// A second `configure` changes what was typed, and `unconfigure` refuses what it would break.
#[test]
fn an_account_and_a_file_of_credentials_are_changed_as_a_whole() {
    let home = home();
    let read = |file: &str| fs::read_to_string(home.path(file)).unwrap();
    home.answer("configure msmtp --host a.example.com:465 --username a@example.com --write");
    home.answer("configure msmtp --username b@example.com --scope x --write");
    let account = read(".msmtprc");
    assert!(account.contains("port 465\ntls on\ntls_starttls off\nauth xoauth2\nuser b@example.com\n"), "{account}");
    assert!(account.contains("--scope x") && account.matches("account ").count() == 1, "{account}");
    home.write(".msmtprc", format!("{account}\n# mine\naccount default : tokcache-default\n"));
    home.answer("configure mutt --write");
    home.edit(".muttrc", "imap_authenticators = \"xoauth2\"", "imap_authenticators = \"xoauth2:login\"");
    assert!(home.failure(3, "unconfigure mutt --write").contains("remove them by hand"));
    let said = home.failure(3, "unconfigure msmtp --write");
    assert!(said.contains("\"account default : tokcache-default\" needs the account"), "{said}");
    home.write(".msmtprc", account.replace("auth ", "timeout 5\nauth "));
    assert!(home.failure(3, "unconfigure msmtp --write").contains("remove it by hand"));
    home.write(".msmtprc", format!("{account}\n# mine\n"));
    home.answer("unconfigure msmtp --write");
    assert_eq!(read(".msmtprc"), "\n# mine\n");

    let file = ".config/gcloud/application_default_credentials.json";
    let provider = |name: &str| format!("projects/1/locations/global/workloadIdentityPools/p/providers/{name}");
    home.answer(&format!("configure google --workload-identity-provider {} --write", provider("one")));
    let first = read(file);
    home.answer("configure google --service-account a@p.iam.gserviceaccount.com --write");
    assert!(read(file).contains(&provider("one")) && read(file).contains("a@p.iam.gserviceaccount.com"));
    home.answer(&format!("configure google --workload-identity-provider {} --write", provider("two")));
    assert!(read(file).contains(&provider("two")) && read(file).contains("a@p.iam.gserviceaccount.com"));
    home.write(file, first.replace("googleapis.com\",\n", "googleapis.com\",\n  \"mine\": 1,\n"));
    assert!(home.failure(3, "configure google --service-account b@example.com").contains("names a provider already"));
    home.answer("unconfigure google --write");
    assert!(read(file).contains("mine") && !read(file).contains("tokcache"));
}

#[test]
fn a_link_to_a_file_stays_a_link() {
    let home = home();
    put(&home.path("dotfiles"), "[user]\n\tname = A\n");
    symlink("dotfiles", home.path(".gitconfig")).unwrap();
    home.answer("configure git --host a.example.com --write");
    assert!(home.path(".gitconfig").is_symlink());
    assert!(fs::read_to_string(home.path("dotfiles")).unwrap().contains("tokcache"));
}

#[test]
fn the_link_of_an_earlier_version_is_replaced_and_another_file_is_not() {
    let home = home();
    let link = home.path("bin/docker-credential-tokcache");
    symlink("/nowhere/tokcache", &link).unwrap();
    home.answer("configure docker --host a.example.com --write");
    assert_eq!(link.canonicalize().unwrap(), home.path("bin/tokcache").canonicalize().unwrap());
    fs::remove_file(&link).unwrap();
    put(&link, "another program");
    let said = home.failure(3, "configure docker --host b.example.com --write");
    assert!(said.contains("  try: sudo ln -s "), "{said}");
    assert_eq!(fs::read_to_string(&link).unwrap(), "another program");
}

#[test]
fn the_folder_of_the_profiles_is_passed_on_once_as_an_absolute_path() {
    for (flags, file) in [
        ("git --host a.example.com", ".gitconfig"),
        ("claude-code --profile agent --for https://mcp.example.com/mcp", ".claude.json"),
        ("codex --profile agent --for https://mcp.example.com/mcp", ".codex/config.toml"),
        ("mutt", ".muttrc"),
    ] {
        let home = home();
        home.answer(&format!("configure {flags} --config-dir config --write"));
        let written = fs::read_to_string(home.path(file)).unwrap();
        let line = written.lines().find(|line| line.contains("--config-dir")).unwrap();
        assert_eq!(line.matches("--config-dir").count(), 1, "{line}");
        assert!(line.contains(&format!("--config-dir {}", home.path("config").display())), "{line}");
    }
}

#[test]
fn what_cannot_be_configured_says_why() {
    let home = home();
    for (status, flags, words) in [
        (2, "git", "--host HOST"),
        (2, "git --host http://a.example.com", "https"),
        (2, "git --host *.example.com", "type a host"),
        (2, "cargo --host a.example.com", "--name REGISTRY"),
        (2, "cargo --name priv", "--index"),
        (2, "cargo --name a.b --index https://a.example.com", "--name REGISTRY"),
        (2, "aws", "--role-arn ARN"),
        (3, "git --host a.example.com --profile missing", "tokcache profile list"),
        (2, "npm", "--host HOST"),
        (2, "bazel --host localhost", "--host cache.example.com"),
        (2, "google", "--workload-identity-provider projects/NUMBER"),
        (2, "google --workload-identity-provider p", "full name of a provider"),
        (2, "msmtp --host a.example.com", "--username NAME@DOMAIN"),
        (2, "msmtp --username a@example.com", "--host HOST"),
        (2, "msmtp --name a:b", "--name ACCOUNT"),
        // No flag is ignored.
        (2, "git --host a.example.com --role-arn r", "try: tokcache configure git --host a.example.com\n"),
        (2, "mutt --host a.example.com", "--host means nothing for mutt"),
        (2, "docker --host a.example.com --scope b --scope c", "try: tokcache profile set default --scope b --scope c"),
        (2, "mutt --client-secret-file /s", "put the credential into the profile"),
        (2, "git --host a.example.com --ca-file /ca", "try: tokcache profile set default --ca-file /ca"),
        (2, "docker --host a.example.com --config-dir config", "try: export TOKCACHE_CONFIG_DIR=/"),
        (2, "claude-code", "--for URL"),
        (2, "codex", "--for URL"),
        (2, "codex --model --name a", "--base-url URL"),
        (2, "codex --name a.b --profile agent --for https://mcp.example.com/mcp", "--name NAME"),
        (3, "codex --profile agent --for https://mcp.example.com/two", "is not for"),
        (4, "claude-code --for https://mcp.example.com/two", "tokcache login --for https://mcp.example.com/two"),
    ] {
        let said = home.failure(status, &format!("configure {flags}"));
        assert!(said.contains(words), "{flags}: {said}");
    }
}
