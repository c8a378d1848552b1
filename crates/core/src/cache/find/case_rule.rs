use std::borrow::Cow;

use crate::types::{Environment, ScopeSet};

/// The comparison of identifiers and scopes in an environment.
#[derive(Clone, Copy)]
pub(in crate::cache) enum CaseRule {
    /// Case-sensitive.
    Exact,
    /// Ignores ASCII case.
    Folded,
}

impl CaseRule {
    pub(in crate::cache) fn of(environment: &Environment) -> Self {
        if environment.folds_case() { CaseRule::Folded } else { CaseRule::Exact }
    }

    pub(in crate::cache) fn same(self, a: &str, b: &str) -> bool {
        match self {
            CaseRule::Exact => a == b,
            CaseRule::Folded => same_but_for_case(a.as_bytes(), b.as_bytes()),
        }
    }

    /// Returns a form that is equal for texts that count as equal.
    pub(in crate::cache) fn folded(self, text: &str) -> Cow<'_, str> {
        match self {
            CaseRule::Exact => Cow::Borrowed(text),
            CaseRule::Folded => Cow::Owned(text.to_ascii_lowercase()),
        }
    }

    pub(in crate::cache) fn contains(self, scopes: &ScopeSet, scope: &str) -> bool {
        scopes.iter().any(|own| self.same(own, scope))
    }

    /// Whether `scope` is among the scopes that a server or another library wrote. GitHub separates them with commas.
    pub(in crate::cache) fn grants(self, scopes: &ScopeSet, scope: &str) -> bool {
        self.contains(scopes, scope)
            || scopes.iter().any(|own| own.contains(',') && own.split(',').any(|part| self.same(part, scope)))
    }

    pub(in crate::cache) fn same_option(self, a: Option<&str>, b: Option<&str>) -> bool {
        match (a, b) {
            (Some(a), Some(b)) => self.same(a, b),
            (None, None) => true,
            _ => false,
        }
    }
}

/// Compares eight bytes at a time. Most texts are equal, even in case. The last eight may overlap those before them.
fn same_but_for_case(a: &[u8], b: &[u8]) -> bool {
    let (words, others) = (a.as_chunks::<8>().0, b.as_chunks::<8>().0);
    let same = |(word, other): (&[u8; 8], &[u8; 8])| word == other || word.eq_ignore_ascii_case(other);
    match (a.last_chunk(), b.last_chunk()) {
        (Some(last), Some(other)) => a.len() == b.len() && words.iter().zip(others).all(same) && same((last, other)),
        _ => a.eq_ignore_ascii_case(b),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn texts_are_the_same_but_for_case_wherever_they_differ(text in "[a-zA-Z@`é]{0,40}", other in "[a-zA-Z@`é]{0,40}", at in 0..41_usize) {
            let folded = |a: &str, b: &str| CaseRule::Folded.same(a, b);
            prop_assert!(folded(&text, &text.to_ascii_uppercase()));
            prop_assert_eq!(folded(&text, &other), text.eq_ignore_ascii_case(&other));
            let changed: String = text.chars().enumerate().map(|(place, it)| if place == at { '@' } else { it }).collect();
            prop_assert_eq!(folded(&text, &changed), text.eq_ignore_ascii_case(&changed));
        }
    }
}
