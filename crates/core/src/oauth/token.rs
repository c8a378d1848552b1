//! A token response, RFC 6749 §5.1, with Entra's additions.

use crate::secret::{AccessToken, RawIdToken, RefreshToken};
use crate::time::Timestamp;
use crate::types::{FamilyId, ScopeSet};

use super::claims::jwt_expiry;
use super::http::Response;
use super::identity::Identity;
use super::json::Members;

/// The lifetime in seconds of a token without one: short, so that a wrong guess does little harm.
const DEFAULT_LIFETIME: u64 = 600;

/// A successful response of the token endpoint.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TokenResponse {
    /// `access_token`.
    pub access_token: AccessToken,
    /// `token_type`; `Bearer` if the server sends none, or one that is not a valid scheme name (RFC 9110 §5.6.2).
    pub token_type: String,
    /// The lifetime in seconds from receipt: `expires_in`, else `expires_on`, else the token's own `exp`, else 600.
    pub expires_in: u64,
    /// Whether the lifetime is unknown and there is no refresh token, so that a wrong guess would require a sign-in.
    pub is_lifetime_unknown: bool,
    /// `ext_expires_in`: how long the token may be used during an outage, in seconds.
    pub ext_expires_in: Option<u64>,
    /// `refresh_in`: the recommended time until a refresh, in seconds.
    pub refresh_in: Option<u64>,
    /// `scope`; `None` means that all requested scopes were granted (RFC 6749 §5.1).
    pub scope: Option<ScopeSet>,
    /// `refresh_token`; `None` on a refresh means that the old one stays valid (RFC 6749 §6).
    pub refresh_token: Option<RefreshToken>,
    /// `id_token`.
    pub id_token: Option<RawIdToken>,
    /// `foci`.
    pub family_id: Option<FamilyId>,
    /// The user, if the response identifies one.
    pub identity: Option<Identity>,
    /// The server's own time of the response: `Date` (RFC 9110 §6.6.1).
    pub date: Option<Timestamp>,
}

impl TokenResponse {
    /// Parses a response. Returns `None` unless the status is a success and there is an access token. Other missing or
    /// invalid members are tolerated, because a provider with rotation has already redeemed the old refresh token.
    pub(super) fn read(response: &Response, now: Timestamp) -> Option<TokenResponse> {
        let members = Members::parse(&response.body).filter(|_| (200..300).contains(&response.status))?;
        let access_token: AccessToken = members.secret("access_token")?;
        let id_token: Option<RawIdToken> = members.secret("id_token");
        // The server's own clock is the best reference for its absolute times.
        let now = response.date.unwrap_or(now);
        let lifetime = lifetime(&members, &access_token, now);
        let refresh_token: Option<RefreshToken> = members.secret("refresh_token");
        Some(TokenResponse {
            expires_in: lifetime.unwrap_or(DEFAULT_LIFETIME),
            // A zero lifetime counts as unknown: some servers mean that the token does not expire.
            is_lifetime_unknown: lifetime.unwrap_or(0) == 0 && refresh_token.is_none(),
            access_token,
            token_type: members
                .string("token_type")
                .filter(|name| is_scheme(name))
                .unwrap_or_else(|| "Bearer".to_owned()),
            ext_expires_in: members.seconds("ext_expires_in"),
            refresh_in: members.seconds("refresh_in"),
            scope: members.scopes("scope"),
            refresh_token,
            family_id: members.string("foci").map(FamilyId::new),
            identity: Identity::read(
                members.string("client_info").as_deref(),
                id_token.as_ref().map(RawIdToken::expose),
            ),
            id_token,
            date: response.date,
        })
    }
}

fn lifetime(members: &Members<'_>, access_token: &AccessToken, now: Timestamp) -> Option<u64> {
    let from_now = |expires_on: u64| {
        let expires_on = Timestamp(i64::try_from(expires_on).unwrap_or(i64::MAX));
        u64::try_from(expires_on.seconds_since(now)).ok()
    };
    members
        .seconds("expires_in")
        .or_else(|| members.seconds("expires_on").and_then(from_now))
        .or_else(|| jwt_expiry(access_token.expose()).and_then(from_now))
}

/// Whether the text is a valid scheme name, which cannot change the meaning of the header.
fn is_scheme(name: &str) -> bool {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(is_token)
}

#[cfg(test)]
mod tests {
    use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};

    use super::*;
    use crate::oauth::mock_http::answer;

    const NOW: Timestamp = Timestamp(1_700_000_000);

    fn read(body: &str) -> TokenResponse {
        TokenResponse::read(&answer(200, body), NOW).unwrap()
    }

    #[test]
    fn a_token_type_that_could_forge_a_header_is_not_taken() {
        for odd in ["Bearer\\\"\\noutput = x", "a b", "", "Be\\u0000arer"] {
            let token = read(&format!(r#"{{"access_token":"at","token_type":"{odd}"}}"#));
            assert_eq!(token.token_type, "Bearer", "{odd}");
        }
    }

    #[test]
    fn a_full_answer_is_read_in_full() {
        let info = BASE64_URL_SAFE_NO_PAD.encode(r#"{"uid":"u","utid":"t"}"#);
        let token = read(&format!(
            r#"{{"token_type":"pop","access_token":"at","refresh_token":"rt","id_token":"it","scope":"b a","foci":"1",
                "expires_in":3599,"ext_expires_in":"7199","refresh_in":1800.5,"client_info":"{info}","more":[]}}"#
        ));
        assert_eq!(
            token,
            TokenResponse {
                access_token: AccessToken::new("at"),
                token_type: "pop".into(),
                expires_in: 3599,
                is_lifetime_unknown: false,
                ext_expires_in: Some(7199),
                refresh_in: Some(1800),
                scope: Some(ScopeSet::parse("b a")),
                refresh_token: Some(RefreshToken::new("rt")),
                id_token: Some(RawIdToken::new("it")),
                family_id: Some(FamilyId::new("1")),
                identity: Identity::read(Some(&info), None),
                date: None,
            }
        );
        assert!(token.identity.is_some());
    }

    #[test]
    fn an_access_token_alone_is_enough() {
        let token = read(r#"{"access_token":"at"}"#);
        assert_eq!((token.token_type.as_str(), token.expires_in), ("Bearer", DEFAULT_LIFETIME));
        assert_eq!((token.refresh_token, token.scope, token.identity), (None, None, None));
    }

    #[test]
    fn garbage_beside_the_tokens_costs_nothing() {
        let token = read(
            r#"{"access_token":"at","refresh_token":"rt","expires_in":"soon","expires_on":{},"ext_expires_in":[],
                "refresh_in":"x","scope":7,"token_type":null,"id_token":"a.b.c","client_info":12,"foci":true}"#,
        );
        assert_eq!(token.refresh_token, Some(RefreshToken::new("rt")));
        assert_eq!(token.id_token, Some(RawIdToken::new("a.b.c")));
        assert_eq!((token.expires_in, token.scope, token.identity), (DEFAULT_LIFETIME, None, None));
    }

    #[test]
    fn no_member_of_any_kind_costs_the_tokens() {
        let members = ["expires_in", "expires_on", "ext_expires_in", "refresh_in", "scope", "token_type", "id_token"];
        for name in members.into_iter().chain(["client_info", "foci", "error", "refresh_token_expires_in"]) {
            for value in
                ["null", "true", "-1", "1e400", "18446744073709551616", "\"\"", "\"\\ud800\"", "[1]", "{}", "\"x\""]
            {
                let token = read(&format!(r#"{{"{name}":{value},"access_token":"at","refresh_token":"rt"}}"#));
                assert_eq!(token.access_token.expose(), "at");
                assert_eq!(token.refresh_token.unwrap().expose(), "rt", "{name} {value}");
            }
        }
    }

    #[test]
    fn the_lifetime_is_found_somewhere() {
        let jwt = format!("e30.{}.s", BASE64_URL_SAFE_NO_PAD.encode(r#"{"exp":1700000500}"#));
        for (members, seconds) in [
            (r#","expires_in":"3599""#, 3599),
            (r#","expires_in":3599.7"#, 3599),
            (r#","expires_in":0"#, 0),
            (r#","expires_in":null,"expires_on":"1700000300""#, 300),
            (r#","expires_on":1700000300"#, 300),
            (r#","expires_on":1600000000"#, 500),
            ("", 500),
            (r#","expires_in":-5"#, 500),
        ] {
            assert_eq!(read(&format!(r#"{{"access_token":"{jwt}"{members}}}"#)).expires_in, seconds, "{members}");
        }
    }

    #[test]
    fn a_lifetime_is_unknown_only_where_a_guess_would_cost_a_sign_in() {
        for (members, is_unknown) in [
            ("", true),
            (r#","expires_in":null"#, true),
            (r#","expires_in":0"#, true),
            (r#","expires_in":-1"#, true),
            (r#","expires_in":"never""#, true),
            (r#","expires_in":"3600""#, false),
            (r#","expires_in":1e300"#, false),
            (r#","expires_on":1700000300"#, false),
            (r#","refresh_token":"rt""#, false),
            (r#","expires_in":0,"refresh_token":"rt""#, false),
        ] {
            assert_eq!(
                read(&format!(r#"{{"access_token":"at"{members}}}"#)).is_lifetime_unknown,
                is_unknown,
                "{members}"
            );
        }
    }

    #[test]
    fn absolute_times_are_measured_by_the_server_s_clock() {
        let mut response = answer(200, r#"{"access_token":"at","expires_on":1700000300}"#);
        response.date = Some(Timestamp(1_700_000_100));
        assert_eq!(TokenResponse::read(&response, NOW).unwrap().expires_in, 200);
    }

    #[test]
    fn what_holds_no_access_token_is_no_token_response() {
        for (status, body) in
            [(200, "{}"), (200, r#"{"access_token":""}"#), (200, "x"), (400, r#"{"access_token":"a"}"#)]
        {
            assert_eq!(TokenResponse::read(&answer(status, body), NOW), None, "{status} {body}");
        }
    }

    #[test]
    fn a_token_response_does_not_print_its_secrets() {
        let token = read(r#"{"access_token":"canary","refresh_token":"canary","id_token":"canary"}"#);
        assert!(!format!("{token:?}").contains("canary"));
    }
}
