//! The real botocore and google-auth, each with a stand-in for the service that exchanges the token.

use std::process::Output;

use serde_json::{Value, json};

use crate::server::{Answer, Request, Server};
use crate::support::home::Home;
use crate::support::{answer_of, text};
use crate::{TOKEN, home, python, with_program};

/// Answers as STS does in XML.
fn sts(request: &Request) -> Answer {
    let form = text(&request.body);
    for field in ["Action=AssumeRoleWithWebIdentity", "Version=2011-06-15", "RoleSessionName=tokcache"] {
        assert!(form.contains(field), "{form}");
    }
    if !form.contains(&format!("WebIdentityToken={TOKEN}"))
        || !form.contains("RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr")
    {
        let body =
            "<ErrorResponse><Error><Code>InvalidIdentityToken</Code><Message>No</Message></Error></ErrorResponse>";
        return Answer { status: 400, ..Answer::ok("text/xml", body) };
    }
    Answer::ok(
        "text/xml",
        "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>\
         <AccessKeyId>ASIAX</AccessKeyId><SecretAccessKey>s/e+c</SecretAccessKey><SessionToken>t==</SessionToken>\
         <Expiration>2100-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult>\
         </AssumeRoleWithWebIdentityResponse>",
    )
}

/// Asks botocore for credentials.
const BOTOCORE: &str = "import botocore.session\n\
    frozen = botocore.session.Session(profile='tokcache-default').get_credentials().get_frozen_credentials()\n\
    print(frozen.access_key, frozen.secret_key, frozen.token)";

#[test]
fn botocore_gets_the_credentials_of_the_role() {
    let (home, server) = (home(), Server::start(sts));
    home.answer("configure aws --role-arn arn:aws:iam::1:role/r --write");
    let endpoint = format!("role/r --sts-endpoint http://{}/", server.host());
    home.edit(".aws/config", "role/r", &endpoint);
    assert_eq!(answer_of(&python(&home).args(["-c", BOTOCORE]).output().unwrap()), "ASIAX s/e+c t==");
}

#[test]
fn botocore_shows_why_aws_refuses_the_token() {
    let (home, server) = (home(), Server::start(sts));
    home.answer("configure aws --role-arn arn:aws:iam::1:role/another --write");
    let endpoint = format!("role/another --sts-endpoint http://{}/", server.host());
    home.edit(".aws/config", "role/another", &endpoint);
    let output = python(&home).args(["-c", BOTOCORE]).output().unwrap();
    let said = text(&output.stderr);
    assert!(said.contains("STS refused the token: InvalidIdentityToken: No"), "{said}");
    assert!(!said.contains(TOKEN), "{said}");
}

/// Asks google-auth for the application default credentials.
const GOOGLE_AUTH: &str = "import google.auth, google.auth.transport.requests\n\
     credentials, _ = google.auth.default()\n\
     credentials.refresh(google.auth.transport.requests.Request())\nprint(credentials.token)";

/// Configures Google's libraries, and runs google-auth at a stand-in for Google's STS.
fn google(home: &Home, server: &Server) -> Output {
    let provider = "projects/1/locations/global/workloadIdentityPools/p/providers/p";
    home.answer(&format!("configure google --workload-identity-provider {provider} --write"));
    let file = ".config/gcloud/application_default_credentials.json";
    home.edit(file, "https://sts.googleapis.com", &format!("http://{}", server.host()));
    let mut python = python(home);
    python.env("GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES", "1").args(["-c", GOOGLE_AUTH]);
    python.output().unwrap()
}

/// Exchanges the token as Google's STS does.
fn exchange(request: &Request) -> Answer {
    assert_eq!(request.path(), "/v1/token");
    assert!(text(&request.body).contains("audience=%2F%2Fiam.googleapis.com%2Fprojects%2F1%2F"));
    assert!(text(&request.body).contains(&format!("subject_token={TOKEN}")), "{}", text(&request.body));
    let kind = "urn:ietf:params:oauth:token-type:access_token";
    Answer::json(
        &json!({ "access_token": "exchanged", "issued_token_type": kind, "token_type": "Bearer", "expires_in": 60 }),
    )
}

#[test]
fn google_auth_exchanges_the_token() {
    let (home, server) = (home(), Server::start(exchange));
    assert_eq!(answer_of(&google(&home, &server)), "exchanged");
}

#[test]
fn google_auth_shows_how_to_sign_in() {
    let (home, server) = (with_program(Home::of("empty")), Server::start(exchange));
    home.write(
        "config/profiles/default.toml",
        "authority = 'http://127.0.0.1:1/t'\nclient_id = 'app'\nscopes = ['a']\n",
    );
    let output = google(&home, &server);
    let said = text(&output.stderr);
    assert!(said.contains("interaction_required") && said.contains("try: tokcache login"), "{said}");
    let answer: Value = serde_json::from_str(&home.answer("credential google")).unwrap();
    assert_eq!((&answer["success"], &answer["code"]), (&json!(false), &json!("interaction_required")));
}
