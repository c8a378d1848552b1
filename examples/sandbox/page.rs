//! The pages for people: the sign-in, and error messages.

use crate::code::AuthorizationRequest;
use crate::people::PEOPLE;

const STYLE: &str = "
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 24rem; margin: 12vh auto; padding: 0 1rem; }
button { display: block; width: 100%; margin: .5rem 0; padding: .75rem 1rem; border: 1px solid #8886;
  border-radius: .5rem; background: #8881; color: inherit; font: inherit; text-align: left; cursor: pointer; }
button:hover, button:focus-visible { background: #8883; }
small { display: block; opacity: .7; }
";

/// Returns the sign-in page. Its form goes to the address of the page, so that the request is sent again.
pub(crate) fn choose_person(request: &AuthorizationRequest) -> String {
    let mut body = format!(
        "<p>Sandbox provider</p>\n<h1>Who are you?</h1>\n<p><b>{}</b> asks you to sign in. These people are made \
         up.</p>\n<form method=post>\n",
        escape(&request.client_id)
    );
    for person in &PEOPLE {
        let (subject, name, username) = (person.subject, person.name, person.username);
        body += &format!("<button name=person value={subject}>{name}<small>{username}</small></button>\n");
    }
    body += "<button name=person value=\"\">Cancel</button>\n</form>";
    page("Sign in", &body)
}

/// Returns a page with a message.
pub(crate) fn message(text: &str) -> String {
    page("Sandbox provider", &format!("<p>{}</p>", escape(text)))
}

fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=en>\n<meta charset=utf-8>\n<meta name=viewport content=\"width=device-width\">\n\
         <link rel=icon href=data:,>\n<title>{title}</title>\n<style>{STYLE}</style>\n{body}\n"
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_a_client_is_escaped() {
        assert!(message("<script>'\"&").contains("<p>&lt;script&gt;&#39;&quot;&amp;</p>"));
    }
}
