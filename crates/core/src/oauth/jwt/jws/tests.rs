use super::*;
use crate::oauth::jwt::test_keys::encode;

/// RFC 7515 A.2.1 and A.3.1, RFC 8037 A.2.
const KEYS: &str = r#"{"keys": [
    {"kty": "RSA", "e": "AQAB", "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"},
    {"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
     "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"},
    {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
]}"#;
/// RFC 7515 A.2.1.
const JOE: &str = "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";
const RS256: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
/// RFC 7515 A.3.1.
const ES256: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
/// RFC 8037 A.4.
const EDDSA: &str = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

fn verified(token: &str) -> Result<String, IdTokenError> {
    let keys = JwkSet::parse(KEYS.as_bytes()).unwrap();
    let (payload, _) = Jws::parse(token)?.verified(&keys)?;
    Ok(String::from_utf8(payload.to_vec()).unwrap())
}

#[test]
fn the_examples_of_the_standards_verify() {
    assert_eq!(verified(RS256).as_deref(), Ok(JOE));
    assert_eq!(verified(ES256).as_deref(), Ok(JOE));
    assert_eq!(verified(EDDSA).as_deref(), Ok("Example of Ed25519 signing"));
}

#[test]
fn a_token_without_a_signature_or_with_a_password_s_is_refused() {
    let payload = encode(JOE);
    for name in ["none", "None", "nOnE", "HS256", "HS512", "RS1", "ES512", "A128KW", "an algorithm with a long name"] {
        let token = format!("{}.{payload}.", encode(format!(r#"{{"alg":"{name}"}}"#)));
        let name = name.chars().take(16).collect();
        assert_eq!(verified(&token), Err(IdTokenError::UnsupportedAlgorithm { name }));
    }
    // RFC 7515 A.5.
    let unsecured = format!("eyJhbGciOiJub25lIn0.{payload}.");
    assert!(matches!(verified(&unsecured), Err(IdTokenError::UnsupportedAlgorithm { .. })));
}

#[test]
fn the_signature_of_one_token_does_not_fit_another() {
    let signature = |token: &str| token.rsplit_once('.').unwrap().1.to_owned();
    let signed = |token: &str| token.rsplit_once('.').unwrap().0.to_owned();
    for (token, other) in [(RS256, ES256), (ES256, RS256), (EDDSA, ES256), (ES256, EDDSA)] {
        let forged = format!("{}.{}", signed(token), signature(other));
        assert_eq!(verified(&forged), Err(IdTokenError::BadSignature));
    }
    let empty = format!("{}.", signed(ES256));
    assert_eq!(verified(&empty), Err(IdTokenError::BadSignature));
    // CVE-2022-21449: a signature of zeros.
    let zeros = format!("{}.{}", signed(ES256), encode([0; 64]));
    assert_eq!(verified(&zeros), Err(IdTokenError::BadSignature));
}

#[test]
fn a_token_that_is_cut_off_anywhere_is_refused() {
    for token in [RS256, ES256, EDDSA] {
        for length in 0..token.len() {
            assert!(verified(&token[..length]).is_err(), "{length}");
        }
    }
}

#[test]
fn what_is_no_token_is_malformed() {
    let header = encode(r#"{"alg":"ES256"}"#);
    let of_length = |length: usize| format!("{header}.{}.AA", "A".repeat(length - header.len() - 4));
    assert_eq!(verified(&of_length(LONGEST)), Err(IdTokenError::BadSignature));
    let long = of_length(LONGEST + 1);
    for token in ["", ".", "..", "a.b.c", &header, &format!("{header}.e30"), &long, &format!("{ES256}="), "e30.e30.AA"]
    {
        assert_eq!(verified(token), Err(IdTokenError::Malformed), "{token}");
    }
    for header in [r#"{"alg":"ES256","alg":"RS256"}"#, r#"["ES256"]"#, r#"{"alg":1}"#, r#"{"\u0061lg":"x","alg":"x"}"#]
    {
        let token = format!("{}.e30.AA", encode(header));
        assert_eq!(verified(&token), Err(IdTokenError::Malformed), "{header}");
    }
}

#[test]
fn there_is_one_spelling_of_each_signature() {
    // The last character contains four unused bits, which RFC 7515 requires to be zero.
    let (rest, last) = ES256.split_at(ES256.len() - 1);
    assert_eq!(last, "Q");
    for other in ["R", "S", "Z", "f"] {
        assert_eq!(verified(&format!("{rest}{other}")), Err(IdTokenError::Malformed), "{other}");
    }
}

#[test]
fn an_extension_or_another_kind_of_token_is_refused() {
    for header in [
        r#"{"alg":"ES256","crit":["b64"],"b64":false}"#,
        r#"{"alg":"ES256","crit":[]}"#,
        r#"{"alg":"ES256","typ":"at+jwt"}"#,
        r#"{"alg":"ES256","typ":"application/logout+JWT"}"#,
    ] {
        let token = format!("{}.e30.AA", encode(header));
        assert_eq!(verified(&token), Err(IdTokenError::NotAnIdToken), "{header}");
    }
}
