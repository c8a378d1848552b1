//! The state and the rules of the provider. No network and no clock: `now` is an argument.

use std::collections::{HashMap, HashSet};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::error::Unspecified;
use ring::rand::{SecureRandom as _, SystemRandom};
use serde_json::{Value, json};
use tokcache_core::time::Timestamp;

use crate::code::Code;
use crate::id_token::Signer;
use crate::people::{PEOPLE, Person};
use crate::refusal::{Reply, refuse};

/// The time to approve a device code, in seconds.
const DEVICE_CODE_LIFETIME: u64 = 300;
/// The seconds between two polls (RFC 8628 §3.2 `interval`).
const POLLING_INTERVAL: i64 = 1;
/// The alphabet that RFC 8628 §6.1 suggests: no vowels, so that no words appear.
const USER_CODE_LETTERS: &[u8] = b"BCDFGHJKLMNPQRSTVWXZ";

/// An OpenID provider that signs everybody in.
pub(crate) struct Provider {
    pub(crate) issuer: String,
    /// The time in seconds after which a device code is approved automatically.
    pub(crate) approve_after: Option<u64>,
    /// The lifetime of new access tokens, in seconds.
    pub(crate) lifetime: u64,
    signer: Signer,
    random: SystemRandom,
    devices: HashMap<String, Device>,
    pub(crate) codes: HashMap<String, Code>,
    refresh_tokens: HashMap<String, RefreshToken>,
    access_tokens: HashMap<String, AccessToken>,
    pub(crate) signed_out: HashSet<SignIn>,
    /// The user of each sign-in.
    sign_ins: Vec<&'static Person>,
}

/// Identifies the tokens of one sign-in, which are revoked together.
type SignIn = usize;

struct Device {
    user_code: String,
    client_id: String,
    scope: String,
    asked_at: Timestamp,
    polled_at: Option<Timestamp>,
    interval: i64,
    approved: bool,
}

struct RefreshToken {
    sign_in: SignIn,
    client_id: String,
    scope: String,
    spent: bool,
}

struct AccessToken {
    sign_in: SignIn,
    scope: String,
    expires_on: Timestamp,
}

impl Provider {
    /// Returns a provider without sign-ins. `issuer` is its address, without a slash at the end.
    pub(crate) fn new(issuer: &str, approve_after: Option<u64>, lifetime: u64) -> Result<Self, Unspecified> {
        Ok(Provider {
            issuer: issuer.to_owned(),
            approve_after,
            lifetime,
            signer: Signer::new()?,
            random: SystemRandom::new(),
            devices: HashMap::new(),
            codes: HashMap::new(),
            refresh_tokens: HashMap::new(),
            access_tokens: HashMap::new(),
            signed_out: HashSet::new(),
            sign_ins: Vec::new(),
        })
    }

    /// Returns the metadata (OpenID Connect Discovery §3, RFC 8414 §2).
    pub(crate) fn metadata(&self) -> Value {
        let issuer = &self.issuer;
        json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/authorize"),
            "authorization_response_iss_parameter_supported": true,
            "device_authorization_endpoint": format!("{issuer}/device_authorization"),
            "token_endpoint": format!("{issuer}/token"),
            "revocation_endpoint": format!("{issuer}/revoke"),
            "userinfo_endpoint": format!("{issuer}/me"),
            "end_session_endpoint": format!("{issuer}/end_session"),
            "jwks_uri": format!("{issuer}/keys"),
            "grant_types_supported":
                ["authorization_code", "urn:ietf:params:oauth:grant-type:device_code", "refresh_token"],
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "token_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post"],
        })
    }

    /// Returns the key that verifies ID tokens.
    pub(crate) fn key_set(&self) -> Value {
        self.signer.key_set()
    }

    /// Answers a device authorization request (RFC 8628 §3.1 and §3.2).
    pub(crate) fn authorize_device(&mut self, client_id: &str, scope: &str, now: Timestamp) -> Reply {
        if client_id.is_empty() {
            return refuse("invalid_request", "client_id is missing");
        }
        let (device_code, user_code) = (self.secret()?, self.user_code()?);
        let verification_uri = format!("{}/device", self.issuer);
        let answer = json!({
            "device_code": device_code,
            "user_code": user_code,
            "verification_uri": verification_uri,
            "verification_uri_complete": format!("{verification_uri}?user_code={user_code}"),
            "expires_in": DEVICE_CODE_LIFETIME,
            "interval": POLLING_INTERVAL,
        });
        let device = Device {
            user_code,
            client_id: client_id.to_owned(),
            scope: scope.to_owned(),
            asked_at: now,
            polled_at: None,
            interval: POLLING_INTERVAL,
            approved: false,
        };
        self.devices.insert(device_code, device);
        Ok(answer)
    }

    /// Approves a code when the user opens the verification page. Returns whether the code exists.
    pub(crate) fn approve(&mut self, user_code: &str) -> bool {
        let device = self.devices.values_mut().find(|device| device.user_code.eq_ignore_ascii_case(user_code));
        device.map(|device| device.approved = true).is_some()
    }

    /// Answers the `device_code` grant (RFC 8628 §3.4), with the errors of §3.5.
    pub(crate) fn redeem_device_code(&mut self, client_id: &str, device_code: &str, now: Timestamp) -> Reply {
        let Some(device) = self.devices.get_mut(device_code).filter(|device| device.client_id == client_id) else {
            return refuse("invalid_grant", "no such device code");
        };
        let age = now.seconds_since(device.asked_at).unsigned_abs();
        if age > DEVICE_CODE_LIFETIME {
            return refuse("expired_token", "the device code has expired");
        }
        let too_soon = device.polled_at.is_some_and(|last| now.seconds_since(last) < device.interval);
        device.polled_at = Some(now);
        if too_soon {
            device.interval += 5;
            return refuse("slow_down", "polled before the interval was over");
        }
        if !device.approved && self.approve_after.is_none_or(|seconds| age < seconds) {
            return refuse("authorization_pending", "nobody has opened the verification page yet");
        }
        let scope = std::mem::take(&mut device.scope);
        self.devices.remove(device_code);
        let sign_in = self.sign_in(&PEOPLE[0]);
        self.issue(sign_in, client_id, &scope, None, now)
    }

    /// Records a sign-in.
    pub(crate) fn sign_in(&mut self, person: &'static Person) -> SignIn {
        self.sign_ins.push(person);
        self.sign_ins.len() - 1
    }

    /// Answers the `refresh_token` grant (RFC 6749 §6). A refresh token can be redeemed once. A second time means that
    /// it was stolen, and revokes the whole sign-in (RFC 9700 §4.14.2).
    pub(crate) fn refresh(&mut self, client_id: &str, refresh_token: &str, scope: &str, now: Timestamp) -> Reply {
        let Some(token) = self.refresh_tokens.get_mut(refresh_token).filter(|token| token.client_id == client_id)
        else {
            return refuse("invalid_grant", "no such refresh token");
        };
        let sign_in = token.sign_in;
        if self.signed_out.contains(&sign_in) {
            return refuse("invalid_grant", "the sign-in was revoked");
        }
        if token.spent {
            self.signed_out.insert(sign_in);
            return refuse("invalid_grant", "the refresh token was used twice: the sign-in is revoked");
        }
        if scope.split_whitespace().any(|wanted| !token.scope.split_whitespace().any(|granted| granted == wanted)) {
            return refuse("invalid_scope", "more than what was granted at sign-in");
        }
        token.spent = true;
        let granted = token.scope.clone();
        self.issue(sign_in, client_id, &granted, None, now)
    }

    /// Revokes all sign-ins.
    pub(crate) fn revoke_everything(&mut self) {
        self.signed_out.extend(0..self.sign_ins.len());
    }

    /// Revokes a token (RFC 7009). Revoking a refresh token ends the sign-in. An unknown token is not an error (§2.2).
    pub(crate) fn revoke(&mut self, token: &str) -> Value {
        if let Some(token) = self.refresh_tokens.get(token) {
            self.signed_out.insert(token.sign_in);
        }
        self.access_tokens.remove(token);
        json!({})
    }

    /// Answers as the protected resource, with the user of the access token.
    pub(crate) fn me(&self, access_token: &str, now: Timestamp) -> Reply {
        let Some(token) = self.access_tokens.get(access_token) else {
            return refuse("invalid_token", "no such access token");
        };
        if self.signed_out.contains(&token.sign_in) || token.expires_on <= now {
            return refuse("invalid_token", "the access token has expired or was revoked");
        }
        let mut me = self.sign_ins[token.sign_in].claims();
        me["scope"] = token.scope.as_str().into();
        me["expires_in"] = token.expires_on.seconds_since(now).into();
        Ok(me)
    }

    /// Issues the tokens of a sign-in. `nonce` comes from the authorization request.
    pub(crate) fn issue(
        &mut self,
        sign_in: SignIn,
        client_id: &str,
        scope: &str,
        nonce: Option<&str>,
        now: Timestamp,
    ) -> Reply {
        let (access_token, refresh_token) = (self.secret()?, self.secret()?);
        let expires_on = Timestamp(now.0 + self.lifetime.cast_signed());
        let mut claims = self.sign_ins[sign_in].claims();
        claims["iss"] = self.issuer.as_str().into();
        claims["aud"] = client_id.into();
        claims["iat"] = now.0.into();
        claims["exp"] = expires_on.0.into();
        if let Some(nonce) = nonce.filter(|nonce| !nonce.is_empty()) {
            claims["nonce"] = nonce.into();
        }
        let id_token = self.signer.sign(&claims)?;
        let answer = json!({
            "token_type": "Bearer",
            "access_token": access_token,
            "expires_in": self.lifetime,
            "scope": scope,
            "refresh_token": refresh_token,
            "id_token": id_token,
        });
        self.access_tokens.insert(access_token, AccessToken { sign_in, scope: scope.to_owned(), expires_on });
        let (client_id, scope) = (client_id.to_owned(), scope.to_owned());
        self.refresh_tokens.insert(refresh_token, RefreshToken { sign_in, client_id, scope, spent: false });
        Ok(answer)
    }

    pub(crate) fn secret(&self) -> Result<String, Unspecified> {
        self.random_bytes::<32>().map(|bytes| URL_SAFE_NO_PAD.encode(bytes))
    }

    fn user_code(&self) -> Result<String, Unspecified> {
        let letters = self.random_bytes::<8>()?.map(|byte| USER_CODE_LETTERS[usize::from(byte) % 20] as char);
        let (first, second) = letters.split_at(4);
        Ok(format!("{}-{}", first.iter().collect::<String>(), second.iter().collect::<String>()))
    }

    fn random_bytes<const N: usize>(&self) -> Result<[u8; N], Unspecified> {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_700_000_000);

    fn provider(approve_after: Option<u64>) -> Provider {
        Provider::new("http://127.0.0.1:1", approve_after, 3600).unwrap()
    }

    fn later(seconds: i64) -> Timestamp {
        Timestamp(NOW.0 + seconds)
    }

    fn text(answer: &Value, field: &str) -> String {
        answer[field].as_str().unwrap().to_owned()
    }

    fn signed_in(provider: &mut Provider) -> Value {
        let device = provider.authorize_device("cli", "openid notes.read", NOW).unwrap();
        assert!(provider.approve(&text(&device, "user_code")));
        provider.redeem_device_code("cli", &text(&device, "device_code"), NOW).unwrap()
    }

    fn error(reply: Reply) -> &'static str {
        reply.unwrap_err().error
    }

    #[test]
    fn a_device_code_is_pending_until_the_page_is_opened_and_good_once() {
        let mut provider = provider(None);
        let device = provider.authorize_device("cli", "openid", NOW).unwrap();
        let code = text(&device, "device_code");
        assert_eq!(error(provider.redeem_device_code("cli", &code, NOW)), "authorization_pending");
        assert!(!provider.approve("ZZZZ-ZZZZ"));
        assert!(provider.approve(&text(&device, "user_code").to_lowercase()));
        assert_eq!(error(provider.redeem_device_code("other", &code, later(1))), "invalid_grant");
        assert_eq!(provider.redeem_device_code("cli", &code, later(1)).unwrap()["scope"], "openid");
        assert_eq!(error(provider.redeem_device_code("cli", &code, later(2))), "invalid_grant");
    }

    #[test]
    fn a_device_code_approves_itself_and_expires() {
        let mut provider = provider(Some(2));
        let code = text(&provider.authorize_device("cli", "", NOW).unwrap(), "device_code");
        assert_eq!(error(provider.redeem_device_code("cli", &code, later(1))), "authorization_pending");
        assert!(provider.redeem_device_code("cli", &code, later(2)).is_ok());
        let code = text(&provider.authorize_device("cli", "", NOW).unwrap(), "device_code");
        assert_eq!(error(provider.redeem_device_code("cli", &code, later(301))), "expired_token");
    }

    #[test]
    fn polling_too_fast_adds_five_seconds_to_the_interval() {
        let mut provider = provider(None);
        let code = text(&provider.authorize_device("cli", "", NOW).unwrap(), "device_code");
        let expected =
            [(0, "authorization_pending"), (0, "slow_down"), (5, "slow_down"), (16, "authorization_pending")];
        for (second, name) in expected {
            assert_eq!(error(provider.redeem_device_code("cli", &code, later(second))), name, "after {second} s");
        }
    }

    #[test]
    fn a_refresh_token_rotates_and_its_reuse_revokes_the_sign_in() {
        let mut provider = provider(None);
        let first = signed_in(&mut provider);
        let second = provider.refresh("cli", &text(&first, "refresh_token"), "notes.read", NOW).unwrap();
        assert_ne!(first["refresh_token"], second["refresh_token"]);
        assert_eq!(second["scope"], "openid notes.read");
        assert_eq!(error(provider.refresh("cli", &text(&first, "refresh_token"), "", NOW)), "invalid_grant");
        assert_eq!(error(provider.refresh("cli", &text(&second, "refresh_token"), "", NOW)), "invalid_grant");
        assert_eq!(error(provider.me(&text(&second, "access_token"), NOW)), "invalid_token");
    }

    #[test]
    fn a_refresh_does_not_widen_the_scope() {
        let mut provider = provider(None);
        let granted = text(&signed_in(&mut provider), "refresh_token");
        assert_eq!(error(provider.refresh("cli", &granted, "notes.write", NOW)), "invalid_scope");
        assert!(provider.refresh("cli", &granted, "", NOW).is_ok());
    }

    #[test]
    fn revoking_the_refresh_token_ends_the_sign_in() {
        let mut provider = provider(None);
        let granted = signed_in(&mut provider);
        provider.revoke("unknown");
        assert!(provider.me(&text(&granted, "access_token"), NOW).is_ok());
        provider.revoke(&text(&granted, "refresh_token"));
        assert_eq!(error(provider.me(&text(&granted, "access_token"), NOW)), "invalid_token");
        assert_eq!(error(provider.refresh("cli", &text(&granted, "refresh_token"), "", NOW)), "invalid_grant");
    }

    #[test]
    fn an_access_token_lives_as_long_as_it_was_issued_for() {
        let mut provider = provider(None);
        provider.lifetime = 2;
        let token = text(&signed_in(&mut provider), "access_token");
        provider.lifetime = 3600;
        assert_eq!(provider.me(&token, later(1)).unwrap()["expires_in"], 1);
        assert_eq!(error(provider.me(&token, later(2))), "invalid_token");
    }
}
