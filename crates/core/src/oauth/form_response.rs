//! Answers in the format of forms: GitHub and some older servers send them because they ignore `Accept`.

use percent_encoding::percent_decode_str;
use zeroize::Zeroizing;

use super::http::Response;
use crate::secret::SecretBuffer;

/// Every answer has one of these members.
const TELLING: [&str; 3] = ["access_token", "device_code", "error"];

/// Converts the body of an answer to JSON if it is a form.
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

/// Appends the decoded text as a JSON string.
fn push(json: &mut SecretBuffer, encoded: &str) -> Option<()> {
    let spaced = Zeroizing::new(encoded.replace('+', " "));
    let decoded = Zeroizing::new(percent_decode_str(&spaced).decode_utf8_lossy().into_owned());
    serde_json::to_writer(json, decoded.as_str()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::mock_http::answer;

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
