//! Compares the granted with the requested scopes.
//!
//! A server may grant fewer scopes than requested, more, or the same ones under other names (RFC 6749 §3.3, §5.1). A
//! granted name that was never requested may be another name of a missing scope. If every granted name was requested,
//! now or earlier, the missing scopes are not in the token.

use crate::cache::AskedAndGranted;
use crate::types::{RESERVED_SCOPES, ScopeSet};

/// Scopes of OpenID Connect Core §5.4. They are the same everywhere, so they are never other names.
const CLAIMS_SCOPES: [&str; 3] = ["address", "email", "phone"];

/// Google's names of two OpenID Connect scopes.
const GOOGLES_NAMES: [(&str, &str); 2] = [
    ("email", "https://www.googleapis.com/auth/userinfo.email"),
    ("profile", "https://www.googleapis.com/auth/userinfo.profile"),
];

/// The result of comparing a server's answer with the request.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Granted {
    /// The requested scopes, one by one: `a,b` counts as two if the server answered with both.
    pub(super) asked: ScopeSet,
    /// The granted scopes, one by one.
    pub(super) granted: ScopeSet,
    /// The requested scopes that were not granted under any name.
    pub(super) not_granted: ScopeSet,
    /// Whether a requested scope was not granted under its own name.
    pub(super) differs: bool,
}

/// The data for the comparison, except the answer.
pub(super) struct Comparison<'a> {
    /// The requested scopes.
    pub(super) asked: &'a ScopeSet,
    /// The earlier answers for the same user and client.
    pub(super) earlier: &'a [AskedAndGranted],
    /// Whether scopes are case-insensitive.
    pub(super) folds_case: bool,
    /// Whether one scope can include others, as at GitHub.
    pub(super) is_github: bool,
}

/// Returns those of the wanted scopes that were requested and never granted.
pub(super) fn not_granted(wanted: &ScopeSet, known: &[AskedAndGranted]) -> ScopeSet {
    let covered = not_covered(wanted, known);
    covered.filtered(|scope| known.iter().any(|known| known.not_granted.contains(scope)))
}

/// Returns those of the wanted scopes that no known token of the user was granted, under any name.
pub(super) fn not_covered(wanted: &ScopeSet, known: &[AskedAndGranted]) -> ScopeSet {
    let covers = |known: &AskedAndGranted, scope: &str| {
        known.granted.contains(scope) || known.asked.contains(scope) && !known.not_granted.contains(scope)
    };
    wanted.of_resources().filtered(|scope| !known.iter().any(|known| covers(known, scope)))
}

impl Comparison<'_> {
    /// Compares the server's scopes with the requested ones. `None` means that all were granted (RFC 6749 §5.1).
    pub(super) fn with(&self, said: Option<&ScopeSet>) -> Granted {
        let Some(said) = said else {
            let asked = self.asked.clone();
            return Granted { granted: asked.clone(), asked, not_granted: ScopeSet::default(), differs: false };
        };
        let granted = self.parted(said);
        let asked: ScopeSet = self.asked.iter().flat_map(|scope| self.parts_granted(scope, &granted)).collect();
        let is_github = self.is_github || granted != *said;
        let is_missing = |scope: &str| !self.contains(&granted, scope);
        let missing = asked.of_resources().filtered(is_missing);
        let unnamed = missing.filtered(|scope| {
            !granted.iter().any(|own| self.is_other_name(own, scope) || is_github && includes(own, scope))
                && !self.came_by_another_name_before(scope, &granted)
        });
        let may_be_other_name = |own: &str| {
            !CLAIMS_SCOPES.contains(&own)
                && !self.is_known(own)
                && !asked.iter().any(|scope| self.same(own, scope) || self.is_other_name(own, scope))
                // `profile` is requested with every scope.
                && !RESERVED_SCOPES.iter().any(|scope| self.is_other_name(own, scope))
        };
        let has_other_names = granted.of_resources().iter().any(may_be_other_name);
        let not_granted = if has_other_names { ScopeSet::default() } else { unnamed };
        let differs = !missing.is_empty() || asked.of_resources().is_empty() && asked.iter().any(is_missing);
        Granted { asked, granted, not_granted, differs }
    }

    /// Splits GitHub's scopes at commas. A comma within a scope is legal (RFC 6749 §3.3), so a requested scope is not
    /// split.
    fn parted(&self, said: &ScopeSet) -> ScopeSet {
        let is_whole = |scope: &str| self.contains(self.asked, scope) || self.is_known(scope);
        let parts = |scope| if is_whole(scope) { vec![scope] } else { scope.split(',').collect() };
        said.iter().flat_map(parts).filter(|scope: &&str| !scope.is_empty()).collect()
    }

    /// Returns the scope, or its parts if it was typed with commas and the server understood it so.
    fn parts_granted<'s>(&self, scope: &'s str, granted: &ScopeSet) -> Vec<&'s str> {
        let parts: Vec<_> = scope.split(',').filter(|part| !part.is_empty()).collect();
        let is_list = parts.len() > 1 && !self.contains(granted, scope);
        if is_list && parts.iter().any(|part| self.contains(granted, part)) { parts } else { vec![scope] }
    }

    fn came_by_another_name_before(&self, scope: &str, granted: &ScopeSet) -> bool {
        self.earlier.iter().any(|earlier| {
            self.contains(&earlier.asked, scope)
                && !self.contains(&earlier.granted, scope)
                && !self.contains(&earlier.not_granted, scope)
                && earlier.granted.of_resources().iter().any(|name| {
                    !CLAIMS_SCOPES.contains(&name)
                        && !self.contains(&earlier.asked, name)
                        && self.contains(granted, name)
                })
        })
    }

    fn is_known(&self, scope: &str) -> bool {
        let knows =
            |earlier: &AskedAndGranted| self.contains(&earlier.asked, scope) || self.contains(&earlier.granted, scope);
        self.earlier.iter().any(knows)
    }

    /// Whether `own` is certainly another name of `scope`.
    fn is_other_name(&self, own: &str, scope: &str) -> bool {
        let is_end_of = |short: &str, long: &str| {
            !short.contains('/') && long.rsplit_once('/').is_some_and(|(_, end)| self.same(end, short))
        };
        let is_googles = GOOGLES_NAMES
            .iter()
            .any(|&(name, googles)| (name, googles) == (scope, own) || (name, googles) == (own, scope));
        // Entra's `.default` stands for all permissions with consent at the resource.
        let is_of_resource = scope.strip_suffix(".default").is_some_and(|resource| {
            !resource.is_empty() && own.get(..resource.len()).is_some_and(|start| self.same(start, resource))
        });
        is_googles || is_end_of(own, scope) || is_end_of(scope, own) || is_of_resource
    }

    fn contains(&self, scopes: &ScopeSet, scope: &str) -> bool {
        scopes.iter().any(|own| self.same(own, scope))
    }

    fn same(&self, a: &str, b: &str) -> bool {
        if self.folds_case { a.eq_ignore_ascii_case(b) } else { a == b }
    }
}

/// Whether one of GitHub's scopes includes another, which GitHub's answers then omit ("normalized scopes").
fn includes(scope: &str, part: &str) -> bool {
    let after = |level: &str| part.strip_prefix(level);
    let is = |level: &str, area: &str| scope.strip_prefix(level) == Some(area);
    after("read:").is_some_and(|area| is("write:", area) || is("admin:", area) || scope == area)
        || after("write:").is_some_and(|area| is("admin:", area))
        || after(scope).is_some_and(|rest| rest.starts_with(':'))
        || scope == "repo" && ["public_repo", "repo_deployment", "security_events"].contains(&part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scopes(text: &str) -> ScopeSet {
        ScopeSet::parse(text)
    }

    fn pair(asked: &str, granted: &str, not_granted: &str) -> AskedAndGranted {
        AskedAndGranted { asked: scopes(asked), granted: scopes(granted), not_granted: scopes(not_granted) }
    }

    fn not_granted(asked: &str, said: &str, earlier: &[AskedAndGranted]) -> String {
        let comparison = Comparison { asked: &scopes(asked), earlier, folds_case: false, is_github: false };
        comparison.with(Some(&scopes(said))).not_granted.to_string()
    }

    #[test]
    fn what_all_was_asked_for_leaves_the_rest_ungranted() {
        for (asked, said, missing) in [
            ("a.read", "a.read openid", ""),
            ("a.read a.write", "a.read", "a.write"),
            ("a.read a.write", "a.read openid profile email offline_access", "a.write"),
            ("a.write", "openid", "a.write"),
            ("openid", "a.read", ""),
            ("openid a.read", "a.read", ""),
        ] {
            assert_eq!(not_granted(asked, said, &[]), missing, "{asked} {said}");
        }
    }

    #[test]
    fn a_name_that_nobody_asked_for_may_be_that_of_what_is_missing() {
        assert_eq!(not_granted("read", "urn:idp:read", &[]), "");
        assert_eq!(not_granted("a.write", "a.read", &[]), "");
        let known = [pair("", "a.read", "")];
        assert_eq!(not_granted("a.write", "a.read", &known), "a.write", "the sign-in was for a.read");
    }

    #[test]
    fn a_pair_is_remembered_and_a_refused_one_is_not_taken_for_one() {
        let pairs = [pair("read x.write", "urn:idp:read", "x.write")];
        assert_eq!(not_granted("read", "urn:idp:read", &pairs), "");
        assert_eq!(not_granted("x.write", "urn:idp:read", &pairs), "x.write");
        assert_eq!(
            not_granted("read", "urn:idp:other", &[pair("read", "urn:idp:read", ""), pair("", "urn:idp:other", "")]),
            "read"
        );
    }

    #[test]
    fn google_s_names_are_names_of_nothing_else() {
        let google =
            "https://www.googleapis.com/auth/userinfo.email openid https://www.googleapis.com/auth/userinfo.profile";
        assert_eq!(not_granted("email", google, &[]), "");
        let drive = "https://www.googleapis.com/auth/drive.file";
        assert_eq!(not_granted(&format!("email {drive}"), google, &[]), drive, "unticked by the person");
    }

    #[test]
    fn the_resource_before_a_scope_is_another_name_of_it() {
        let api = "https://api.example.com/read";
        assert_eq!(not_granted("read", api, &[pair("", api, "")]), "");
        assert_eq!(not_granted(api, "read", &[pair("", "read", "")]), "");
        assert_eq!(
            not_granted("https://r/.default", "https://r/a https://r/b", &[pair("", "https://r/a https://r/b", "")]),
            ""
        );
    }

    #[test]
    fn commas_separate_unless_they_were_asked_for() {
        let github = Comparison {
            asked: &scopes("repo read:org user:email"),
            earlier: &[],
            folds_case: false,
            is_github: false,
        };
        let granted = github.with(Some(&scopes("repo,admin:org,user")));
        assert_eq!(granted.granted, scopes("repo admin:org user"));
        assert_eq!(granted.not_granted, ScopeSet::default());
        assert!(granted.differs);

        let legal = Comparison { asked: &scopes("list:a,b"), earlier: &[], folds_case: false, is_github: false };
        assert_eq!(legal.with(Some(&scopes("list:a,b"))).granted, scopes("list:a,b"));

        let typed = Comparison { asked: &scopes("repo,gist"), earlier: &[], folds_case: false, is_github: false };
        let granted = typed.with(Some(&scopes("gist,repo")));
        assert_eq!((granted.asked, granted.not_granted), (scopes("repo gist"), ScopeSet::default()));
    }

    #[test]
    fn github_s_scopes_include_others_and_no_other_server_s_do() {
        for (scope, part) in
            [("user", "user:email"), ("user", "read:user"), ("repo", "public_repo"), ("admin:org", "read:org")]
        {
            assert!(includes(scope, part), "{scope} {part}");
            assert_eq!(not_granted(&format!("{scope} {part}"), scope, &[]), part);
        }
        for (scope, part) in [("read:org", "write:org"), ("repo", "repository"), ("user:email", "user")] {
            assert!(!includes(scope, part), "{scope} {part}");
        }
    }
}
