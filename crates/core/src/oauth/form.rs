//! Answers in the form that requests have: GitHub's and some older servers' answers, where they overlook `Accept`.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use zeroize::Zeroizing;

use super::http::Response;
use crate::secret::{FormValue, SecretBuffer};

/// A member that each answer has one of.
const TELLING: [&str; 3] = ["access_token", "device_code", "error"];

/// What `application/x-www-form-urlencoded` leaves as it is.
pub(super) const FORM: &AsciiSet = &NON_ALPHANUMERIC.remove(b'*').remove(b'-').remove(b'.').remove(b'_');

/// The body of a form, `application/x-www-form-urlencoded`.
pub fn encode_form(fields: &[(Cow<'static, str>, FormValue)]) -> Zeroizing<String> {
    let longest = fields.iter().map(|(name, value)| 3 * name.len() + 3 * value.expose().len() + 2).sum();
    // Never grown, so that no copy of a secret is left behind.
    let mut form = Zeroizing::new(String::with_capacity(longest));
    for (name, value) in fields {
        if !form.is_empty() {
            form.push('&');
        }
        form.extend(utf8_percent_encode(name, FORM));
        form.push('=');
        form.extend(utf8_percent_encode(value.expose(), FORM));
    }
    form
}

/// The answer with a body of JSON, if it is a form; else as it is.
pub(super) fn in_json(response: Response) -> Response {
    match object(&response.body) {
        Some(body) => Response { body, ..response },
        None => response,
    }
}

fn object(body: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let text = str::from_utf8(body).ok()?.trim();
    let pairs = || text.split('&').filter_map(|pair| pair.split_once('='));
    if text.starts_with(['{', '[', '<', '"']) || !pairs().any(|(name, _)| TELLING.contains(&name)) {
        return None;
    }
    let mut json = SecretBuffer::with_capacity(6 * text.len() + 2);
    for (position, (name, value)) in pairs().enumerate() {
        json.push(if position == 0 { '{' } else { ',' });
        push(&mut json, name)?;
        json.push(':');
        push(&mut json, value)?;
    }
    json.push('}');
    Some(Zeroizing::new(json.finish().as_bytes().to_vec()))
}

/// Appends the text, decoded, as a string of JSON.
fn push(json: &mut SecretBuffer, encoded: &str) -> Option<()> {
    let spaced = Zeroizing::new(encoded.replace('+', " "));
    let decoded = Zeroizing::new(percent_decode_str(&spaced).decode_utf8_lossy().into_owned());
    serde_json::to_writer(json, decoded.as_str()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::scripted::answer;

    fn read(body: &str) -> String {
        String::from_utf8(in_json(answer(200, body)).body.to_vec()).unwrap()
    }

    #[test]
    fn a_form_is_read_as_an_object() {
        assert_eq!(
            read("access_token=gho_1&scope=repo%2Cgist&token_type=bearer"),
            r#"{"access_token":"gho_1","scope":"repo,gist","token_type":"bearer"}"#
        );
        assert_eq!(
            read("error=slow_down&error_description=Too+many+%22requests%22"),
            r#"{"error":"slow_down","error_description":"Too many \"requests\""}"#
        );
    }

    #[test]
    fn what_is_no_form_stays_as_it_is() {
        for body in ["", "{\"a\":\"error=1\"}", "<html>error=1</html>", "a=b", "error", "[\"error=1\"]"] {
            assert_eq!(read(body), body);
        }
    }
}
