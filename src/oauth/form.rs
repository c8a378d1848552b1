//! Answers in the form that requests have, `access_token=…&token_type=bearer`: GitHub's default, and that of servers
//! which do not look at the `Accept` header.

use percent_encoding::percent_decode;
use zeroize::Zeroizing;

/// Members that make such a text an answer of OAuth, and nothing else.
const TELLING: [&[u8]; 3] = [b"access_token", b"device_code", b"error"];

/// The form as a JSON object of strings; `None` if it is none.
pub(super) fn as_json(body: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let body = body.trim_ascii();
    let is_part_of_form = |byte: &u8| byte.is_ascii_graphic() && !b"<>{}\"".contains(byte);
    if !body.iter().all(is_part_of_form) {
        return None;
    }
    // As much as is needed at most, so that no secret is left behind where the text grows.
    let mut json = Zeroizing::new(Vec::with_capacity(6 * body.len() + 64));
    let mut tells = false;
    for field in body.split(|byte| *byte == b'&') {
        let equals = field.iter().position(|byte| *byte == b'=')?;
        let (name, value) = (&field[..equals], &field[equals + 1..]);
        if name.is_empty() || !name.iter().all(|byte| byte.is_ascii_lowercase() || *byte == b'_') {
            return None;
        }
        tells |= TELLING.contains(&name);
        let before = if json.is_empty() { b'{' } else { b',' };
        json.push(before);
        append(&mut json, name)?;
        json.push(b':');
        append(&mut json, value)?;
    }
    json.push(b'}');
    tells.then_some(json)
}

/// Appends the decoded text as a JSON string.
fn append(json: &mut Vec<u8>, encoded: &[u8]) -> Option<()> {
    let mut spaced = Zeroizing::new(encoded.to_vec());
    spaced.iter_mut().filter(|byte| **byte == b'+').for_each(|byte| *byte = b' ');
    let mut bytes = Zeroizing::new(Vec::with_capacity(spaced.len()));
    bytes.extend(percent_decode(&spaced));
    serde_json::to_writer(json, std::str::from_utf8(&bytes).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(form: &str) -> Option<String> {
        as_json(form.as_bytes()).map(|json| String::from_utf8_lossy(&json).into_owned())
    }

    #[test]
    fn github_s_default_answers_are_read() {
        let token = "access_token=gho_16C7&token_type=bearer&scope=repo%2Cgist\n";
        let expected = r#"{"access_token":"gho_16C7","token_type":"bearer","scope":"repo,gist"}"#;
        assert_eq!(json(token).as_deref(), Some(expected));
        let code = "device_code=3584&expires_in=900&verification_uri=https%3A%2F%2Fgithub.com%2Flogin%2Fdevice";
        let expected =
            r#"{"device_code":"3584","expires_in":"900","verification_uri":"https://github.com/login/device"}"#;
        assert_eq!(json(code).as_deref(), Some(expected));
        let error = "error=authorization_pending&error_description=It+is+still+%22pending%22&error_uri=";
        let expected =
            r#"{"error":"authorization_pending","error_description":"It is still \"pending\"","error_uri":""}"#;
        assert_eq!(json(error).as_deref(), Some(expected));
    }

    #[test]
    fn what_is_no_form_stays_as_it_is() {
        for body in ["", "{}", "<html>error=1", "error", "a=b", "access_token=a b", "access_token=%ff", "=&error=x"] {
            assert_eq!(json(body), None, "{body}");
        }
    }

    #[test]
    fn what_is_decoded_never_outgrows_its_place() {
        let form = format!("access_token={}", "%01".repeat(1000));
        let json = as_json(form.as_bytes()).unwrap();
        assert!(json.len() <= 6 * form.len() + 64);
        assert_eq!(json.capacity(), 6 * form.len() + 64);
    }
}
