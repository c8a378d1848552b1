//! Tests wrong clocks, of this machine or the server.

use serde_json::{Value, json};

use crate::harness::{Home, Provider, SCOPE};

#[test]
fn people_are_told_that_the_clocks_differ_and_the_token_is_good_for_its_lifetime() {
    for (ahead, told) in [(3600, "s behind the server's"), (-3600, "s ahead of the server's")] {
        let provider = Provider::start_with(json!({ "clock_ahead_seconds": ahead }));
        let home = Home::at(&provider);
        home.sign_in(&provider);

        let output = home.tokcache(&["token", "--scope", SCOPE, "-o", "json", "--force-refresh"]);

        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && errors.contains("the clock of this machine is "), "{errors}");
        assert!(errors.contains(told), "{errors}");
        let token: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert!(token["expires_in"].as_u64().is_some_and(|left| (3000..=3600).contains(&left)), "{token}");
        assert_eq!(home.token(&[]), token["access_token"], "it is served from the cache");
    }
}
