//! Google Cloud: `credential_source` of the application default credentials, which programs find by themselves.

use serde::Deserialize;
use serde_json::{Value, json};

use super::file::Edit;
use super::plan::Plan;
use super::words::is_own;
use super::{Change, json};
use crate::cli::{Exit, Failure, environment};

const SOURCE: &str = "credential_source";
const COMMAND: [&str; 3] = [SOURCE, "executable", "command"];
const HELPER: &str = "credential google";

/// The time that Google's libraries give the command, in milliseconds: that of one exchange.
const PATIENCE: u32 = 30_000;

/// The indentation of a new file, as gcloud writes it.
const TAB: &str = "  ";

const AUDIENCE: &str = "//iam.googleapis.com/";
const IMPERSONATION: &str = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/";
const GENERATION: &str = ":generateAccessToken";

/// The variable without which Google's libraries run no command.
const ALLOW: &str = "GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1";

pub(super) fn plan(change: &Change<'_>, plan: &mut Plan) -> Result<(), Failure> {
    let mut edit = Edit::of(&environment::google_credentials()?)?;
    let source = json::value(edit.text(), &[SOURCE]);
    let command = json::value(edit.text(), &COMMAND);
    let is_present_own = command.as_ref().and_then(Value::as_str).is_some_and(|line| is_own(line, HELPER));
    if change.is_undo() {
        if is_present_own {
            let is_whole = created_again(edit.text()).is_some_and(|text| text == edit.text());
            let text = if is_whole { Some(String::new()) } else { json::without(edit.text(), &[SOURCE], TAB) };
            edit.set(text.ok_or_else(|| edit.refuse("it is not JSON"))?);
        }
        plan.edit(edit);
        return Ok(());
    }
    let line = line(change)?;
    let (provider, email) = (provider(change)?, service_account(change)?);
    let is_whole = created_again(edit.text()).is_some_and(|text| text == edit.text());
    let text = match source {
        Some(_) if !is_present_own => return Err(edit.refuse(&format!("it has another {SOURCE}; remove it first"))),
        None if edit.text().trim().is_empty() => {
            created(&provider.ok_or_else(|| unnamed("say which provider of the pool is meant"))?, email, &line)
        }
        // The provider and the service account stay unless they are typed.
        Some(_) if is_whole => {
            let present: External = serde_json::from_str(edit.text()).map_err(|_| edit.refuse("it is not JSON"))?;
            let provider = provider.or(present.provider()).unwrap_or_default();
            created(&provider, email.or(present.service_account()), &line)
        }
        None if json::value(edit.text(), &["type"]) != Some("external_account".into()) => {
            let why = "it holds other credentials; name another file in GOOGLE_APPLICATION_CREDENTIALS, or remove it";
            return Err(edit.refuse(why));
        }
        Some(_) | None if provider.is_some() || email.is_some() => {
            return Err(edit.refuse("it names a provider already: leave out the flags, or remove the file"));
        }
        Some(_) => json::replaced(edit.text(), &COMMAND, &line),
        None => json::with(edit.text(), &[SOURCE], &source_of(&line), TAB),
    };
    edit.set(text.ok_or_else(|| edit.refuse(&format!("its form is unusual; add \"{SOURCE}\": {}", source_of(&line))))?);
    if !edit.is_same() {
        plan.notes.push(format!("Google's libraries run no command without this variable: export {ALLOW}"));
    }
    plan.edit(edit);
    Ok(())
}

/// Returns the command line. Google's libraries split it at spaces, and know no quotes.
fn line(change: &Change<'_>) -> Result<String, Failure> {
    let words = change.words(HELPER, &[])?;
    match words.iter().find(|word| word.contains(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '\\'))) {
        Some(word) => {
            let message = format!("Google's libraries cannot pass on {word:?}, because they know no quotes");
            Err(Failure::new(Exit::Config, message).try_tokcache(["help", "configure"]))
        }
        None => Ok(words.join(" ")),
    }
}

fn unnamed(message: &str) -> Failure {
    const NAME: &str = "projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER";
    Failure::new(Exit::Usage, message).try_with("--workload-identity-provider", NAME)
}

/// Returns the typed name of the provider, with the names that contain it.
fn provider(change: &Change<'_>) -> Result<Option<String>, Failure> {
    let Some(typed) = change.input.and_then(|input| input.workload_identity_provider.as_deref()) else {
        return Ok(None);
    };
    let name = typed.trim_start_matches("https:").trim_start_matches(AUDIENCE);
    match name.split('/').collect::<Vec<_>>()[..] {
        ["projects", _, "locations", _, "workloadIdentityPools", _, "providers", _] => Ok(Some(name.to_owned())),
        _ => Err(unnamed(&format!("{typed:?} is not the full name of a provider"))),
    }
}

fn service_account<'a>(change: &Change<'a>) -> Result<Option<&'a str>, Failure> {
    let typed = change.input.and_then(|input| input.service_account.as_deref());
    let is_address = |email: &str| email.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"@.-".contains(&byte));
    match typed.filter(|email| !is_address(email)) {
        Some(typed) => {
            let message = format!("{typed:?} is not the address of a service account");
            Err(Failure::new(Exit::Usage, message)
                .try_with("--service-account", "NAME@PROJECT.iam.gserviceaccount.com"))
        }
        None => Ok(typed),
    }
}

fn source_of(line: &str) -> Value {
    json!({ "executable": { "command": line, "timeout_millis": PATIENCE } })
}

/// Returns the file that `gcloud iam workload-identity-pools create-cred-config` would write.
fn created(provider: &str, service_account: Option<&str>, line: &str) -> Option<String> {
    let mut document = json!({
        "universe_domain": "googleapis.com",
        "type": "external_account",
        "audience": format!("{AUDIENCE}{provider}"),
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": "https://sts.googleapis.com/v1/token",
        SOURCE: source_of(line),
    });
    if let Some(email) = service_account {
        document["service_account_impersonation_url"] = format!("{IMPERSONATION}{email}{GENERATION}").into();
    }
    Some(json::pretty(&document, TAB)? + "\n")
}

/// An external account, as far as `configure` writes it.
#[derive(Deserialize)]
struct External {
    audience: String,
    service_account_impersonation_url: Option<String>,
}

impl External {
    fn provider(&self) -> Option<String> {
        self.audience.strip_prefix(AUDIENCE).map(str::to_owned)
    }

    fn service_account(&self) -> Option<&str> {
        self.service_account_impersonation_url.as_deref()?.strip_prefix(IMPERSONATION)?.strip_suffix(GENERATION)
    }
}

/// Returns the file as `configure` would create it for the provider and the service account in `text`.
fn created_again(text: &str) -> Option<String> {
    let present: External = serde_json::from_str(text).ok()?;
    created(&present.provider()?, present.service_account(), json::value(text, &COMMAND)?.as_str()?)
}
