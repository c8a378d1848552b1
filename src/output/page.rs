//! The pages that the browser shows at the end of a sign-in. They have no scripts.

use super::text::plain;

const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:1.1rem/1.5 system-ui,sans-serif;margin:18vh auto 0;max-width:34rem;padding:0 1.5rem}\
h1{font-size:1.5rem}";

/// The sign-in is done.
pub(crate) fn signed_in(name: &str) -> String {
    page("Signed in", &format!("You are signed in as <strong>{}</strong>.", escaped(name)), "You can close this page.")
}

/// The sign-in has failed. `why` may be a text of the provider.
pub(crate) fn failed(why: &str) -> String {
    page("Not signed in", &escaped(why), "The terminal says more.")
}

/// The request is not the awaited response.
pub(crate) fn unrelated() -> String {
    page("Not signed in", "This page does not belong to the sign-in that tokcache is waiting for.", "")
}

fn page(title: &str, first: &str, second: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}</style>\
         <h1>{title}</h1><p>{first}</p><p>{second}</p></html>\n"
    )
}

/// Returns the text without control characters, for HTML.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for character in plain(text).chars() {
        match character {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\'' => escaped += "&#39;",
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_text_and_never_markup() {
        let page = signed_in("<script>alert('1')</script>\u{1b}");
        assert!(
            page.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;") && !page.contains("<script"),
            "{page}"
        );
        assert!(!page.contains('\u{1b}'));
    }
}
