//! The authorization code flow (RFC 6749 §4.1) with PKCE (RFC 7636), and the end of a session at the provider.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use tokcache_core::time::Timestamp;

use crate::code::{AuthorizationRequest, Code, is_on_this_machine, with_query};
use crate::form::Form;
use crate::people::Person;
use crate::provider::Provider;
use crate::refusal::{Refusal, Reply, refuse};

/// The lifetime of a code, in seconds.
const CODE_LIFETIME: i64 = 60;

impl Provider {
    /// Signs the user in. Returns the URL that the browser goes back to.
    ///
    /// # Errors
    /// There is no such user.
    pub(crate) fn authorize(
        &mut self,
        request: AuthorizationRequest,
        subject: &str,
        now: Timestamp,
    ) -> Result<String, Refusal> {
        let Some(person) = Person::find(subject) else { return refuse("access_denied", "there is no such person") };
        let code = self.secret()?;
        let url = request.redirect(&self.issuer, ("code", &code));
        self.codes.insert(code, Code { request, person, issued_at: now, sign_in: None });
        Ok(url)
    }

    /// Refuses the sign-in. Returns the URL that the browser goes back to.
    pub(crate) fn deny(&self, request: &AuthorizationRequest) -> String {
        request.redirect(&self.issuer, ("error", "access_denied"))
    }

    /// Answers the `authorization_code` grant (RFC 6749 §4.1.3). A code can be redeemed once. A second time revokes the
    /// tokens issued for it (§4.1.2).
    pub(crate) fn redeem_code(&mut self, client_id: &str, form: &Form, now: Timestamp) -> Reply {
        let code = self.codes.get_mut(form.field("code")).filter(|code| code.request.client_id == client_id);
        let Some(code) = code else { return refuse("invalid_grant", "no such code") };
        if let Some(sign_in) = code.sign_in {
            self.signed_out.insert(sign_in);
            return refuse("invalid_grant", "the code was used twice: the sign-in is revoked");
        }
        if now.seconds_since(code.issued_at) > CODE_LIFETIME {
            return refuse("invalid_grant", "the code has expired");
        }
        if form.field("redirect_uri") != code.request.redirect_uri {
            return refuse("invalid_grant", "redirect_uri is not the one of the authorization request");
        }
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, form.field("code_verifier").as_bytes()));
        if challenge != code.request.code_challenge {
            return refuse("invalid_grant", "code_verifier does not match the code_challenge");
        }
        let (person, scope, nonce) = (code.person, code.request.scope.clone(), code.request.nonce.clone());
        let sign_in = self.sign_in(person);
        if let Some(code) = self.codes.get_mut(form.field("code")) {
            code.sign_in = Some(sign_in);
        }
        self.issue(sign_in, client_id, &scope, Some(&nonce), now)
    }

    /// Answers a logout request (OpenID Connect RP-Initiated Logout) with the URL to redirect the browser to, if the
    /// request has one. The provider keeps no session in the browser, so nothing else is to be done.
    pub(crate) fn end_session(query: &Form) -> Option<String> {
        let url = query.field("post_logout_redirect_uri");
        is_on_this_machine(url).then(|| match query.field("state") {
            "" => url.to_owned(),
            state => with_query(url, &[("state", state)]),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_700_000_000);
    /// The verifier and the challenge of RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn request(redirect_uri: &str) -> String {
        format!(
            "response_type=code&client_id=web&redirect_uri={redirect_uri}&scope=openid+a&state=S%26T&nonce=N\
             &code_challenge={CHALLENGE}&code_challenge_method=S256"
        )
    }

    fn parse(query: &str) -> Result<AuthorizationRequest, Refusal> {
        AuthorizationRequest::parse(&Form::parse(query))
    }

    fn code(provider: &mut Provider) -> String {
        let url = provider.authorize(parse(&request("http://127.0.0.1/cb")).unwrap(), "bob", NOW).unwrap();
        let query = url.strip_prefix("http://127.0.0.1/cb?").unwrap();
        let query = Form::parse(query);
        assert_eq!((query.field("state"), query.field("iss")), ("S&T", "http://127.0.0.1:1"));
        query.field("code").to_owned()
    }

    fn redeem(provider: &mut Provider, code: &str, verifier: &str, now: Timestamp) -> Reply {
        let form = format!("code={code}&redirect_uri=http://127.0.0.1/cb&code_verifier={verifier}");
        provider.redeem_code("web", &Form::parse(&form), now)
    }

    #[test]
    fn a_code_is_good_once_and_its_reuse_revokes_the_sign_in() {
        let mut provider = Provider::new("http://127.0.0.1:1", None, 60).unwrap();
        let code = code(&mut provider);
        assert_eq!(
            provider.redeem_code("other", &Form::parse(&format!("code={code}")), NOW).unwrap_err().error,
            "invalid_grant"
        );
        let granted = redeem(&mut provider, &code, VERIFIER, NOW).unwrap();
        let access_token = granted["access_token"].as_str().unwrap().to_owned();
        let me = provider.me(&access_token, NOW).unwrap();
        assert_eq!((&me["preferred_username"], &me["scope"]), (&"bob@sandbox.example".into(), &"openid a".into()));
        let claims = granted["id_token"].as_str().unwrap().split('.').nth(1).unwrap().to_owned();
        let claims: serde_json::Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
        assert_eq!((&claims["nonce"], &claims["sub"], &claims["aud"]), (&"N".into(), &"bob".into(), &"web".into()));

        assert!(redeem(&mut provider, &code, VERIFIER, NOW).is_err());
        assert!(provider.me(&access_token, NOW).is_err(), "the sign-in is revoked");
    }

    #[test]
    fn a_code_needs_its_verifier_and_its_minute() {
        let mut provider = Provider::new("http://127.0.0.1:1", None, 60).unwrap();
        let code = code(&mut provider);
        assert!(redeem(&mut provider, &code, "guessed", NOW).is_err());
        assert!(redeem(&mut provider, &code, VERIFIER, Timestamp(NOW.0 + 61)).is_err());
        assert!(redeem(&mut provider, &code, VERIFIER, Timestamp(NOW.0 + 60)).is_ok());
    }

    #[test]
    fn nobody_is_redirected_to_another_machine() {
        for url in ["https://app.example.com/", "http://127.0.0.1@evil.example/", "//evil.example", "javascript:1", ""]
        {
            assert!(parse(&request(url)).is_err(), "{url}");
            assert_eq!(Provider::end_session(&Form::parse(&format!("post_logout_redirect_uri={url}"))), None);
        }
        let form = Form::parse("post_logout_redirect_uri=http://[::1]:8080/&state=a");
        assert_eq!(Provider::end_session(&form).unwrap(), "http://[::1]:8080/?state=a");
    }

    #[test]
    fn a_request_needs_pkce_and_asks_for_a_code() {
        let good = request("http://localhost:8080/cb");
        assert!(parse(&good).is_ok());
        for (part, other) in [("=S256", "=plain"), ("=code&", "=token&"), ("client_id=web", "")] {
            assert!(parse(&good.replacen(part, other, 1)).is_err(), "{part}");
        }
        let provider = Provider::new("http://127.0.0.1:1", None, 60).unwrap();
        let url = provider.deny(&parse(&good).unwrap());
        assert!(url.starts_with("http://localhost:8080/cb?error=access%5Fdenied&state=S%26T&iss="), "{url}");
    }
}
