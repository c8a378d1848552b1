//! The one retry of `tokcache curl`, if a server wants another token.

use std::process::Output;

use crate::api::{Answer, Api, Seen, numbered};
use crate::support::home::Home;
use crate::support::provider::Provider;
use crate::support::{answer_of, failure_of, text};

/// A home in which `token` gets numbered tokens from now on, with a provider that records the forms.
fn home_at(provider: &Provider) -> Home {
    let home = Home::signed_in();
    home.use_provider(&provider.address());
    home
}

/// Accepts the tokens that the provider has issued, and challenges others.
fn challenging(status: u16, challenge: &'static str) -> impl Fn(&Seen) -> Answer + Send + 'static {
    move |seen| match seen.authorization.as_deref() {
        Some(token) if token.starts_with("Bearer AT-") && !token.ends_with("bob") => {
            (200, Vec::new(), format!("{token} {}", seen.body))
        }
        _ => (status, vec![("WWW-Authenticate", challenge.to_owned())], "refused".to_owned()),
    }
}

fn curl(home: &Home, arguments: &[&str]) -> Output {
    home.program("curl").args(arguments).output().unwrap()
}

const CLAIMS: &str =
    "Bearer error=\"insufficient_claims\", claims=\"eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7InZhbHVlIjoiMSJ9fX0=\"";

#[test]
fn a_claims_challenge_is_answered_once_with_a_new_token_and_the_refusal_is_not_shown() {
    let provider = numbered(3600, |_, form| form.contains("claims=%7B%22access_token"));
    let api = Api::answering(challenging(401, CLAIMS));
    let url = api.url("/");
    for (number, arguments) in
        [&["-sS"][..], &["-fsS"], &["-sS", "-d", "body"], &["-fsS", "-X", "PUT"]].iter().enumerate()
    {
        let home = home_at(&provider);
        let output = curl(&home, &[arguments, &[url.as_str()][..]].concat());
        assert!(answer_of(&output).starts_with(&format!("Bearer AT-{}", number + 1)), "{arguments:?}");
        assert!(output.stderr.is_empty(), "{arguments:?}: {}", text(&output.stderr));
    }
    assert_eq!(api.tokens(), ["AT-bob", "AT-1", "AT-bob", "AT-2", "AT-bob", "AT-3", "AT-bob", "AT-4"]);
}

#[test]
fn a_body_from_standard_input_is_sent_again() {
    let provider = numbered(3600, |_, _| true);
    let api = Api::answering(challenging(401, CLAIMS));
    let home = home_at(&provider);
    let body = "0123456789".repeat(100_000);
    let input = home.write("input", &body);
    let mut program = home.program("curl -sS --data-binary @-");
    let output = program.arg(api.url("/")).stdin(std::fs::File::open(input).unwrap()).output().unwrap();
    assert_eq!(answer_of(&output), format!("Bearer AT-1 {body}"));
    assert!(api.seen().iter().all(|seen| seen.body == body));
    assert_eq!(api.seen().len(), 2);
}

#[test]
fn a_server_that_is_never_content_is_asked_twice() {
    let provider = numbered(3600, |_, _| true);
    let api = Api::answering(|_| (401, vec![("WWW-Authenticate", CLAIMS.to_owned())], "refused".to_owned()));
    let output = curl(&home_at(&provider), &["-sS", "-w", "%{http_code}", &api.url("/")]);
    assert_eq!((answer_of(&output).as_str(), api.seen().len()), ("refused401", 2));
}

#[test]
fn scopes_of_the_profile_are_asked_for_and_no_others() {
    let provider = numbered(3600, |_, _| true);
    let api = Api::answering(challenging(403, "Bearer error=\"insufficient_scope\", scope=\"api:write\""));
    let home = home_at(&provider);
    let arguments = ["--scope", "api:read", "-sS", &api.url("/")];

    let output = curl(&home, &arguments);
    assert_eq!(text(&output.stdout), "refused", "the profile does not have the scope");
    assert!(text(&output.stderr).contains("tokcache login --scope api:write"), "{}", text(&output.stderr));

    home.answer("profile set --scope api:read --scope api:write");
    assert_eq!(answer_of(&curl(&home, &arguments)).trim_end(), "Bearer AT-1");
    assert_eq!(api.tokens(), ["AT-bob", "AT-bob", "AT-1"]);
}

#[test]
fn other_refusals_and_those_of_a_redirect_target_are_shown_as_they_are() {
    let provider = numbered(3600, |_, _| true);
    let home = home_at(&provider);
    for challenge in
        ["Bearer", "Bearer error=\"invalid_token\"", "Basic realm=\"x\"", "Bearer resource=\"https://other\""]
    {
        let api =
            Api::answering(move |_| (401, vec![("WWW-Authenticate", challenge.to_owned())], "refused".to_owned()));
        assert_eq!(answer_of(&curl(&home, &["-sS", &api.url("/")])), "refused");
        assert_eq!(api.seen().len(), 1, "{challenge}");
    }
    let target = Api::answering(challenging(401, CLAIMS));
    let location = target.url("/");
    let api = Api::answering(move |_| (307, vec![("Location", location.clone())], String::new()));
    assert_eq!(answer_of(&curl(&home, &["-sSL", &api.url("/")])), "refused");
    assert_eq!(target.tokens(), [""]);
}

#[test]
fn if_no_other_token_can_be_had_the_error_says_why_and_nothing_is_shown() {
    let provider = numbered(3600, |_, _| false);
    let api = Api::answering(challenging(401, CLAIMS));
    let home = home_at(&provider);
    failure_of(5, &curl(&home, &["--timeout", "1s", "-sS", &api.url("/")]));
    assert_eq!(api.seen().len(), 1);
}
