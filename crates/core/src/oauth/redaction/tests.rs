use proptest::prelude::*;

use super::*;
use crate::oauth::form::Form;
use crate::secret::{ClientSecret, RefreshToken};

#[test]
fn the_secrets_of_a_request_are_its_secret_fields_and_headers() {
    let mut form = Form::new();
    form.public("client_id", "app");
    form.secret("token", &RefreshToken::new("a token"));
    let mut request = Request::post_form("https://idp.example.com", form);
    // app:p%2Bw
    request.headers.push(("Authorization", FieldValue::secret(&ClientSecret::new("Basic YXBwOnAlMkJ3"))));
    request.headers.push(("X-AnchorMailbox", FieldValue::public("Oid:u@t")));
    let secrets = Secrets::of(&request);
    let secrets: Vec<_> = secrets.0.iter().map(|secret| secret.as_str()).collect();
    assert_eq!(secrets, ["Basic YXBwOnAlMkJ3", "YXBwOnAlMkJ3", "a token", "p%2Bw", "p+w"]);
}

#[test]
fn a_header_that_is_not_of_basic_is_secret_whole_and_without_its_scheme() {
    for (value, parts) in [("DPoP eyJ", &["eyJ"][..]), ("key", &[]), ("Basic ???", &["???"]), ("Basic YXBw", &["YXBw"])]
    {
        assert_eq!(parts_of_header(value).iter().map(|part| part.as_str()).collect::<Vec<_>>(), parts, "{value}");
    }
}

/// Spells the text as some server might.
fn spelled(text: &[u8], way: usize) -> String {
    let each = |write: &dyn Fn(u8) -> String| text.iter().map(|byte| write(*byte)).collect::<String>();
    match way {
        0 => BASE64_STANDARD_NO_PAD.encode(text),
        1 => BASE64_URL_SAFE_NO_PAD.encode(text),
        2 => each(&|byte| format!("{byte:02x}")),
        3 => each(&|byte| format!("{byte:02X}")),
        4 => each(&|byte| format!("{byte:02x}:")),
        5 => each(&|byte| format!("0x{byte:02X}, ")),
        6 => each(&|byte| format!("%{byte:02X}")),
        7 => each(&|byte| format!("\\u{byte:04x}")),
        8 => each(&|byte| format!("\\x{byte:02x}")),
        9 => each(&|byte| format!("&#{byte};")),
        10 => each(&|byte| {
            if byte.is_ascii_punctuation() { format!("\\{}", byte as char) } else { (byte as char).into() }
        }),
        _ => in_base32(text),
    }
}

fn in_base32(text: &[u8]) -> String {
    let bits: String = text.iter().map(|byte| format!("{byte:08b}")).collect();
    let value =
        |group: &[u8]| usize::from_str_radix(&format!("{:0<5}", std::str::from_utf8(group).unwrap()), 2).unwrap();
    bits.as_bytes().chunks(5).map(|group| char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[value(group)])).collect()
}

fn broken_into_lines(text: &str, width: usize) -> String {
    text.as_bytes().chunks(width).map(|line| std::str::from_utf8(line).unwrap()).collect::<Vec<_>>().join("\r\n ")
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(96) })]

    /// Covers any preceding text, inside or outside the encoding, and nested encodings.
    #[test]
    fn nothing_is_left_of_a_secret_in_any_spelling(
        secret in "[!-~]{8,200}",
        before in "[ -~]{0,7}", after in "[ -~]{0,7}",
        ways in prop::collection::vec(0_usize..12, 1..3),
        width in prop::option::of(3_usize..77),
    ) {
        let mut text = format!("{before}{secret}{after}");
        for way in ways {
            text = spelled(text.as_bytes(), way);
        }
        if let Some(width) = width {
            text = broken_into_lines(&text, width);
        }
        let said = without_secrets(format!("the token {text} is not known"), &[&secret]);
        prop_assert!(!said.contains(&text), "{said}");
    }

    /// An error message stays useful: a text without any part of a secret is kept.
    #[test]
    fn what_is_no_secret_stays(secret in "[!-~]{16,200}", text in "[ -~]{0,200}") {
        prop_assume!(!text.contains(&secret));
        prop_assert_eq!(without_secrets(text.clone(), &[&secret]), text);
    }
}

#[test]
fn a_secret_is_found_at_every_alignment_of_base64_and_in_letters_of_another_case() {
    let secret = "0.AXoAq-Refresh_Token~of.some.length";
    for before in ["", "a", "ab", "abc", "refresh_token="] {
        let encoded = BASE64_STANDARD_NO_PAD.encode(format!("{before}{secret}!"));
        let lines = broken_into_lines(&encoded, 16);
        assert!(!without_secrets(format!("no: {encoded}"), &[secret]).contains(&encoded), "{before}");
        assert!(!without_secrets(format!("no: {lines}"), &[secret]).contains(&lines), "{before}");
    }
    assert_eq!(without_secrets(format!("no: {}", secret.to_uppercase()), &[secret]), REDACTED);
    let in_utf16: Vec<u8> = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(without_secrets(BASE64_STANDARD_NO_PAD.encode(in_utf16), &[secret]), REDACTED);
}

#[test]
fn a_word_of_three_letters_in_secret_does_not_cost_a_message() {
    let said = without_secrets("The refresh token has expired due to inactivity".to_owned(), &["rt1", "c2"]);
    assert_eq!(said, "The refresh token has expired due to inactivity");
}

#[test]
fn a_text_made_to_cost_time_is_not_looked_at_to_its_end() {
    let text = format!("%{}\n", "25".repeat(2000));
    assert_eq!(without_secrets(text, &["some secret"]), REDACTED);
}
