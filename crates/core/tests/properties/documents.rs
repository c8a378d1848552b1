//! Generates cache documents, and operations on them.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use proptest::sample::select;
use tokcache_core::cache::{
    AccessTokenQuery, AccountRemoval, Grant, MinValid, Owner, RefreshTokenQuery, Refusal, RemovalScope, Section,
    SignIn, TokenCache, Withheld,
};
use tokcache_core::secret::{AccessToken, RawIdToken, RefreshToken};
use tokcache_core::time::Timestamp;
use tokcache_core::types::{
    AuthorityType, ClientId, Environment, FamilyId, HomeAccountId, Issuer, IssuerProof, Realm, ScopeSet,
};

pub(crate) const NOW: Timestamp = Timestamp(1000);

pub(crate) const CLIENTS: [&str; 2] = ["client", "other-client"];
/// Two users with a name; and one of each of two authorities that name nobody.
pub(crate) const USERS: [&str; 4] =
    ["uid.utid", "bob", "unnamed@https://idp.example.com/a", "unnamed@https://idp.example.com/b"];
const REALMS: [&str; 2] = ["contoso", "common"];
const ENVIRONMENTS: [&str; 4] =
    ["idp.example.com", "login.microsoftonline.com", "login.windows.net", "elsewhere.example.com"];
const SCOPES: [&str; 3] = ["a.1", "a.1 b.2", "b.2 openid"];

/// Issuers that share hosts and realms: two paths and a B2C policy of one host, a Microsoft cloud, and a B2C policy in it.
pub(crate) fn issuers() -> Vec<Issuer> {
    let issuer = |identity: &str, proof| {
        let host = identity.strip_prefix("https://").unwrap().split('/').next().unwrap();
        Issuer::new(Environment::new(host), identity.to_owned(), identity, proof)
    };
    vec![
        issuer("https://idp.example.com/a", IssuerProof::Url),
        issuer("https://idp.example.com/b", IssuerProof::Url),
        issuer("https://idp.example.com/tfp/contoso/b2c_1_in", IssuerProof::Policy("b2c_1_in".to_owned())),
        issuer("https://login.microsoftonline.com", IssuerProof::Cloud),
        issuer("https://login.microsoftonline.com/tfp/contoso/b2c_1_in", IssuerProof::Policy("b2c_1_in".to_owned())),
    ]
}

/// Returns the `iss` and `tfp` of the issuers' ID tokens, and of another one.
fn claims() -> Vec<String> {
    let iss = |iss: &str, rest: &str| format!(r#"{{"iss": "{iss}", "sub": "bob"{rest}}}"#);
    vec![
        iss("https://idp.example.com/a", ""),
        iss("https://idp.example.com/b/", ""),
        iss("https://idp.example.com/tfp/contoso/b2c_1_in/v2.0/", ""),
        iss("https://idp.example.com/contoso/v2.0/", r#", "tfp": "B2C_1_in""#),
        iss("https://sts.windows.net/contoso/", ""),
        iss("https://login.microsoftonline.com/contoso/v2.0", r#", "tfp": "b2c_1_in""#),
        iss("https://elsewhere.example.com", ""),
        r#"{"sub": "bob"}"#.to_owned(),
    ]
}

fn text(values: impl IntoIterator<Item = &'static str>) -> impl Strategy<Value = String> {
    select(values.into_iter().map(|value| format!("\"{value}\"")).collect::<Vec<_>>())
}

/// Generates what no library understands, to the letter.
pub(crate) fn odd() -> impl Strategy<Value = String> {
    let values = [
        "null",
        "1e3",
        "1.0",
        "-0",
        "12345678901234567890",
        "[]",
        r#"[{"a":"}"}]"#,
        r#""\\\"{""#,
        r#"{"secret" :"x"}"#,
        r#""\u0061""#,
        "[ 1,\n2 ]",
    ];
    select(values.map(str::to_owned).to_vec())
}

/// Generates the name and the value of a field that no library knows.
fn unknown_field() -> impl Strategy<Value = (String, String)> {
    (select(vec!["\"x-1\"", "\"x-2\"", "\"\\u0078-3\"", "\"secret \""]).prop_map(str::to_owned), odd())
}

/// Generates the fields of an entry: most are as a library writes them; some are missing, or not what they should be.
fn fields(section: Section, number: usize) -> impl Strategy<Value = Vec<(String, String)>> {
    let secret = match section {
        Section::IdToken => {
            let encoded = claims().into_iter().map(|claims| format!("\"e30.{}.e30\"", URL_SAFE_NO_PAD.encode(claims)));
            select(encoded.collect::<Vec<_>>()).boxed()
        }
        _ => Just(format!("\"{}-{number}\"", section.name())).boxed(),
    };
    let identities: Vec<String> = issuers().iter().map(|issuer| issuer.identity().unwrap().to_owned()).collect();
    let authority = prop_oneof![
        6 => select(identities).prop_map(|identity| format!("\"{identity}\"")),
        1 => text(["unknown", "https://elsewhere.example.com"]),
        1 => odd(),
    ];
    let named = |name: &str| format!("\"{name}\"");
    let user = prop_oneof![8 => text(USERS), 1 => text(["UID.utid"])];
    let usual = (secret, text(CLIENTS), text(ENVIRONMENTS), user, text(REALMS), text(SCOPES), 2000..9000_u32);
    let usual = usual.prop_map(move |(secret, client_id, environment, user, realm, target, expires_on)| {
        let mut fields = vec![(named("environment"), environment)];
        match section {
            Section::Account => fields.extend([
                (named("home_account_id"), user),
                (named("realm"), realm),
                (named("username"), "\"bob@example.com\"".to_owned()),
            ]),
            Section::AppMetadata => fields.push((named("client_id"), client_id)),
            _ => fields.extend([
                (named("credential_type"), format!("\"{}\"", section.name())),
                (named("secret"), secret),
                (named("client_id"), client_id),
                (named("home_account_id"), user),
                (named("realm"), realm),
                (named("target"), target),
                (named("expires_on"), format!("\"{expires_on}\"")),
                (named("cached_at"), "\"900\"".to_owned()),
            ]),
        }
        fields
    });
    let family = prop::option::weighted(0.3, text(["1"]));
    let authority = prop::option::weighted(0.4, authority);
    let unknown = prop::collection::vec(unknown_field(), 0..3);
    // Missing, odd, or as it should be.
    let damage = prop::option::weighted(0.2, (any::<prop::sample::Index>(), prop::option::of(odd())));
    (usual, family, authority, unknown, damage, any::<prop::sample::Index>()).prop_map(
        move |(mut fields, family, authority, unknown, damage, place)| {
            fields.extend(family.map(|family| (named("family_id"), family)));
            fields.extend(authority.map(|authority| (named("authority"), authority)));
            if let Some((place, value)) = damage {
                let place = place.index(fields.len());
                match value {
                    Some(value) => fields[place].1 = value,
                    None => drop(fields.remove(place)),
                }
            }
            for field in unknown {
                fields.insert(place.index(fields.len() + 1), field);
            }
            fields
        },
    )
}

fn object(members: &[(String, String)], space: &str) -> String {
    let mut text = "{".to_owned();
    for (position, (name, value)) in members.iter().enumerate() {
        let separator = if position == 0 { "" } else { "," };
        let _ = write!(text, "{separator}{space}{name}:{space}{value}");
    }
    text + space + "}"
}

/// Generates a document. Each entry has the field `mark`, a number of its own. If the document `repeats` keys, an entry
/// shadows the one that has its key.
pub(crate) fn document(repeats: bool) -> impl Strategy<Value = String> {
    let section = move |position: usize, section: Section| {
        let numbers = (0..6_usize).prop_map(|count| (0..count).collect::<Vec<_>>());
        numbers.prop_flat_map(move |numbers| {
            let entries: Vec<_> = numbers
                .into_iter()
                .map(|number| {
                    let mark = format!("{}.0", 100 * position + number);
                    let entry = (fields(section, number), prop_oneof![Just(""), Just(" ")]).prop_map(
                        move |(mut fields, space)| {
                            fields.push(("\"mark\"".to_owned(), mark.clone()));
                            object(&fields, space)
                        },
                    );
                    let mut keys = vec![format!("\"{number}\"")];
                    keys.extend(repeats.then(|| "\"k\"".to_owned()));
                    let key = select(keys);
                    (key, prop_oneof![12 => entry, 1 => odd()])
                })
                .collect();
            entries
        })
    };
    let sections: Vec<_> = Section::ALL.into_iter().enumerate().map(|(position, of)| section(position, of)).collect();
    let others = prop::collection::vec((select(vec!["\"x\"", "\"y\"", "\"accessToken\""]), odd()), 0..3);
    let space = prop_oneof![Just(""), Just(" "), Just("\n    ")];
    (sections, others, any::<prop::sample::Index>(), space).prop_map(|(sections, others, place, space)| {
        let named = Section::ALL.into_iter().zip(&sections).filter(|(_, entries)| !entries.is_empty());
        let mut members: Vec<_> =
            named.map(|(section, entries)| (format!("\"{}\"", section.name()), object(entries, space))).collect();
        for (name, value) in others {
            members.insert(place.index(members.len() + 1), (name.to_owned(), value));
        }
        object(&members, space)
    })
}

/// One client and user at one issuer.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    pub(crate) issuer: Issuer,
    pub(crate) client_id: ClientId,
    pub(crate) user: HomeAccountId,
}

impl Subject {
    pub(crate) fn query(&self, owner: Owner) -> AccessTokenQuery {
        AccessTokenQuery {
            client_id: self.client_id.clone(),
            issuer: self.issuer.clone(),
            realms: REALMS.into_iter().map(Realm::new).collect(),
            owner,
            scopes: ScopeSet::parse("a.1"),
            key_id: None,
            ext_cache_key: None,
            min_valid: MinValid::Default,
            lifetime: None,
        }
    }

    pub(crate) fn refresh_tokens(&self) -> RefreshTokenQuery {
        RefreshTokenQuery {
            client_id: self.client_id.clone(),
            issuer: self.issuer.clone(),
            home_account_id: self.user.clone(),
        }
    }
}

/// An operation on a document, for one subject.
#[derive(Clone, Debug)]
pub(crate) enum Operation {
    /// A sign-in.
    SignIn {
        scopes: &'static str,
        family: bool,
    },
    /// A refresh with the first refresh token that is found. The provider may rotate it.
    Refresh {
        scopes: &'static str,
        rotates: bool,
    },
    /// The client's own token.
    ClientToken,
    /// A rotated refresh token whose access token is of no use.
    ReplaceRefreshToken,
    NoteRefusal,
    NoteWithheld,
    SignOut,
    SignOutOfAll,
    RemoveClientTokens,
}

pub(crate) fn operation() -> impl Strategy<Value = (Subject, Operation)> {
    let subject =
        (select(issuers()), select(CLIENTS.to_vec()), select(USERS.to_vec())).prop_map(|(issuer, client_id, user)| {
            Subject { issuer, client_id: ClientId::new(client_id), user: HomeAccountId::new(user) }
        });
    let operation = prop_oneof![
        (select(SCOPES.to_vec()), any::<bool>()).prop_map(|(scopes, family)| Operation::SignIn { scopes, family }),
        (select(SCOPES.to_vec()), any::<bool>()).prop_map(|(scopes, rotates)| Operation::Refresh { scopes, rotates }),
        Just(Operation::ClientToken),
        Just(Operation::ReplaceRefreshToken),
        Just(Operation::NoteRefusal),
        Just(Operation::NoteWithheld),
        Just(Operation::SignOut),
        Just(Operation::SignOutOfAll),
        Just(Operation::RemoveClientTokens),
    ];
    (subject, operation)
}

/// Applies the operation. `number` makes its secrets its own.
pub(crate) fn apply(cache: &mut TokenCache, subject: &Subject, operation: &Operation, number: usize) {
    let Subject { issuer, client_id, user } = subject;
    let owner = Owner::User(user.clone());
    let held = cache.find_refresh_tokens(&subject.refresh_tokens()).into_iter().next().map(|entry| entry.secret);
    let rotated = RefreshToken::new(format!("RT-new-{number}"));
    let grant = |owner: Owner, scopes: &str| {
        let access_token = AccessToken::new(format!("AT-new-{number}"));
        Grant::new(
            client_id.clone(),
            issuer.clone(),
            Realm::new(REALMS[0]),
            owner,
            access_token,
            ScopeSet::parse(scopes),
            3600,
        )
    };
    match (operation, held) {
        (Operation::SignIn { scopes, family }, _) => {
            let sign_in = SignIn {
                local_account_id: None,
                username: "bob@example.com".to_owned(),
                authority_type: AuthorityType::Mssts,
                account_source: None,
            };
            let id_token = Some(RawIdToken::new(format!("e30.{}.e30", URL_SAFE_NO_PAD.encode(r#"{"sub": "bob"}"#))));
            let family_id = family.then(|| FamilyId::new("1"));
            let refresh_token = Some(rotated);
            let grant = Grant { sign_in: Some(sign_in), id_token, family_id, refresh_token, ..grant(owner, scopes) };
            cache.record(&grant, NOW);
        }
        (Operation::Refresh { scopes, rotates }, Some(spent)) => {
            let refresh_token = rotates.then_some(rotated);
            let other_realms = vec![Realm::new(REALMS[1])];
            let username = Some("new@example.com".to_owned());
            let spent = Some(spent);
            cache.record(&Grant { refresh_token, other_realms, username, spent, ..grant(owner, scopes) }, NOW);
        }
        (Operation::ClientToken, _) => drop(cache.record(&grant(Owner::Application, "a.1"), NOW)),
        (Operation::ReplaceRefreshToken, Some(spent)) => cache.replace_refresh_token(issuer, &spent, &rotated, NOW),
        (Operation::NoteRefusal, Some(refused)) => {
            let refusal = Refusal {
                refused_on: NOW,
                fingerprint: "0".to_owned(),
                error: "invalid_grant".to_owned(),
                error_description: None,
                suberror: None,
            };
            cache.note_refusal(issuer, &refused, &refusal);
        }
        (Operation::NoteWithheld, _) => {
            let withheld = [Withheld { scope: "c.3".to_owned(), on: NOW, seconds: 60 }];
            cache.note_withheld(issuer, client_id, &owner, &withheld, NOW);
        }
        (Operation::SignOut | Operation::SignOutOfAll, _) => {
            let scope = match operation {
                Operation::SignOut => RemovalScope::ClientAndFamily(client_id.clone()),
                _ => RemovalScope::Everything,
            };
            cache.remove_account(&AccountRemoval { home_account_id: user.clone(), issuer: issuer.clone(), scope });
        }
        (Operation::RemoveClientTokens, _) => cache.remove_client_tokens(client_id, issuer),
        (Operation::Refresh { .. } | Operation::ReplaceRefreshToken | Operation::NoteRefusal, None) => {}
    }
}
