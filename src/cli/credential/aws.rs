//! AWS's `credential_process`: temporary credentials for a role, in exchange for the token (STS
//! AssumeRoleWithWebIdentity).

use std::time::Duration;

use clap::Args;
use pollster::FutureExt as _;
use serde::{Deserialize, Serialize};
use tokcache_core::oauth::{Form, Request, Response, Stage};
use tokcache_core::time::Timestamp;
use zeroize::Zeroizing;

use super::choice::Helper;
use super::wiped::Wiped;
use crate::cli::context::Context;
use crate::cli::secrets::passphrase::PromptPolicy;
use crate::cli::settings::values::{duration, not_blank};
use crate::cli::{Exit, Failure};
use crate::output;

/// The role that AWS grants for the token.
#[derive(Args, Clone, Debug)]
pub(super) struct Role {
    /// aws: the role to assume
    #[arg(long, value_name = "ARN", value_parser = not_blank)]
    role_arn: Option<String>,

    /// aws: the name of the session, which the logs of AWS show
    #[arg(long, value_name = "NAME", value_parser = not_blank, default_value = "tokcache")]
    role_session_name: String,

    /// aws: how long the credentials are valid [default: that of the role, usually 1h]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    role_duration: Option<Duration>,

    /// aws: the region whose STS to ask [default: the global STS]
    #[arg(long, value_name = "REGION", value_parser = region)]
    region: Option<String>,

    /// aws: the URL of another STS
    #[arg(long, value_name = "URL", conflicts_with = "region")]
    sts_endpoint: Option<String>,
}

/// Parses the name of a region, which becomes a part of a host name.
fn region(text: &str) -> Result<String, String> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if is_plain && !text.is_empty() {
        Ok(text.to_owned())
    } else {
        Err("type a region such as eu-central-1".to_owned())
    }
}

#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Credentials {
    version: u8,
    access_key_id: Wiped,
    secret_access_key: Wiped,
    session_token: Wiped,
    expiration: String,
}

pub(super) fn run(helper: &Helper<'_>) -> Result<(), Failure> {
    let role = &helper.input.aws;
    let Some(arn) = &role.role_arn else {
        return Err(Failure::new(Exit::Usage, "AWS needs to know the role").try_with("--role-arn", "ARN"));
    };
    let granted = helper.token()?;
    let mut form = Form::new();
    form.public("Action", "AssumeRoleWithWebIdentity");
    form.public("Version", "2011-06-15");
    form.public("RoleArn", arn.clone());
    form.public("RoleSessionName", role.role_session_name.clone());
    role.role_duration.iter().for_each(|time| form.public("DurationSeconds", time.as_secs().to_string()));
    form.secret("WebIdentityToken", &granted.outcome.access_token);
    let context = Context::new(helper.settings, PromptPolicy::never())?;
    let request = Request::post_form(role.endpoint(), form);
    let response = context.network().send(&request).block_on().map_err(|error| {
        let exit = if error.stage == Stage::Unsendable { Exit::Config } else { Exit::Unavailable };
        Failure::new(exit, format!("STS does not answer: {}", error.message))
    })?;
    Ok(output::answer_json(&credentials(&response)?)?)
}

impl Role {
    fn endpoint(&self) -> String {
        match (&self.sts_endpoint, &self.region) {
            (Some(url), _) => url.clone(),
            (None, Some(region)) if region.starts_with("cn-") => format!("https://sts.{region}.amazonaws.com.cn/"),
            (None, Some(region)) => format!("https://sts.{region}.amazonaws.com/"),
            (None, None) => "https://sts.amazonaws.com/".to_owned(),
        }
    }
}

fn credentials(response: &Response) -> Result<Credentials, Failure> {
    let fields = Fields { body: &response.body };
    if response.status != 200 {
        let said = |name| fields.get(name).map(|text| text.to_string());
        let code = said("Code").unwrap_or_else(|| format!("HTTP status {}", response.status));
        let message = said("Message").map(|message| format!(": {message}")).unwrap_or_default();
        let is_outage = response.status >= 500 || response.status == 429 || code == "Throttling";
        let exit = if is_outage { Exit::Unavailable } else { Exit::Denied };
        let failure = Failure::new(exit, format!("STS refused the token: {code}{message}"));
        // The token may be wrong: for another audience, or of another issuer.
        return Err(if is_outage { failure } else { failure.try_shell("tokcache token -o json") });
    }
    let unusable = || Failure::new(Exit::Config, "the answer of STS has no credentials").try_shell("tokcache status");
    let get = |name| fields.get(name).map(Wiped::from).ok_or_else(unusable);
    let expiration = get("Expiration")?;
    let expiration = match expiration.parse::<f64>() {
        // STS writes whole seconds as a floating-point number in JSON.
        Ok(seconds) if seconds.is_finite() && seconds.abs() < 1e11 => Timestamp(seconds as i64).rfc3339(),
        _ => output::plain(&expiration),
    };
    Ok(Credentials {
        version: 1,
        access_key_id: get("AccessKeyId")?,
        secret_access_key: get("SecretAccessKey")?,
        session_token: get("SessionToken")?,
        expiration,
    })
}

/// The fields of an answer. STS writes JSON to clients that accept it, and XML otherwise, as do services that imitate it.
struct Fields<'a> {
    body: &'a [u8],
}

impl Fields<'_> {
    /// Returns the first field with this name, at any depth.
    fn get(&self, name: &str) -> Option<Zeroizing<String>> {
        let text = str::from_utf8(self.body).ok()?;
        if text.trim_start().starts_with('<') { in_xml(text, name) } else { in_json(text, name) }
    }
}

fn in_xml(text: &str, name: &str) -> Option<Zeroizing<String>> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    let (value, _) = rest.split_once('<')?;
    let mut plain = Zeroizing::new(value.trim().to_owned());
    for (entity, character) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")] {
        if plain.contains(entity) {
            plain = Zeroizing::new(plain.replace(entity, character));
        }
    }
    Some(plain)
}

fn in_json(text: &str, name: &str) -> Option<Zeroizing<String>> {
    let object = serde_json::from_str::<Node<'_>>(text).ok()?;
    object.find(name)
}

/// A JSON object whose values are parsed only on the way to a field, so that no secret is copied.
#[derive(Deserialize)]
#[serde(transparent)]
struct Node<'a> {
    #[serde(borrow)]
    members: std::collections::BTreeMap<String, &'a serde_json::value::RawValue>,
}

impl Node<'_> {
    fn find(&self, name: &str) -> Option<Zeroizing<String>> {
        if let Some(value) = self.members.get(name) {
            let text = serde_json::from_str::<String>(value.get()).unwrap_or_else(|_| value.get().to_owned());
            return Some(Zeroizing::new(text));
        }
        let inner =
            |value: &&serde_json::value::RawValue| serde_json::from_str::<Node<'_>>(value.get()).ok()?.find(name);
        self.members.values().find_map(inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Result<Credentials, Failure> {
        let body = Zeroizing::new(body.as_bytes().to_vec());
        credentials(&Response { status, body, retry_after: None, date: None, location: None })
    }

    #[test]
    fn an_answer_is_read_in_xml_and_in_json() {
        let xml = "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">
          <AssumeRoleWithWebIdentityResult><Credentials><SessionToken>a+b/c&amp;=</SessionToken>
          <SecretAccessKey>s</SecretAccessKey><Expiration>2026-10-24T23:00:23Z</Expiration>
          <AccessKeyId>ASIA</AccessKeyId></Credentials></AssumeRoleWithWebIdentityResult>
          </AssumeRoleWithWebIdentityResponse>";
        let json = r#"{"AssumeRoleWithWebIdentityResponse": {"AssumeRoleWithWebIdentityResult": {"Audience": "a",
          "Credentials": {"AccessKeyId": "ASIA", "Expiration": 1.792882823E9, "SecretAccessKey": "s",
          "SessionToken": "a+b/c&="}}, "ResponseMetadata": {"RequestId": "r"}}}"#;
        for body in [xml, json] {
            let read = answer(200, body).unwrap();
            assert_eq!((&*read.access_key_id, &*read.secret_access_key), ("ASIA", "s"));
            assert_eq!((&*read.session_token, read.expiration.as_str()), ("a+b/c&=", "2026-10-24T23:00:23Z"));
        }
    }

    #[test]
    fn a_refusal_says_why() {
        let xml = "<ErrorResponse><Error><Type>Sender</Type><Code>InvalidIdentityToken</Code>
          <Message>Incorrect token audience</Message></Error></ErrorResponse>";
        let json = r#"{"Error": {"Code": "InvalidIdentityToken", "Message": "Incorrect token audience"}}"#;
        for body in [xml, json] {
            let failure = answer(400, body).err().unwrap();
            assert_eq!(failure.exit(), Exit::Denied);
            assert_eq!(failure.message(), "STS refused the token: InvalidIdentityToken: Incorrect token audience");
        }
        assert_eq!(answer(503, "").err().unwrap().exit(), Exit::Unavailable);
        assert_eq!(answer(200, "<html>").err().unwrap().exit(), Exit::Config);
    }
}
