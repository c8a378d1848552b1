//! Terraform's protocol, word for word. Neither Debian nor PyPI or npm has Terraform or OpenTofu.

use crate::support::{answer_of, text};
use crate::{fed, home, link};

#[test]
fn terraform_gets_a_token_for_a_configured_host_only() {
    let home = home();
    link(&home, "terraform-credentials-tokcache");
    home.answer("profile set default --helper-host app.example.com");
    let run = |line: &str, input: &str| fed(home.program_named("terraform-credentials-tokcache", line), input);
    assert_eq!(answer_of(&run("get app.example.com", "")), r#"{"token":"AT-bob"}"#);
    assert_eq!(answer_of(&run("--profile default --host b.example get b.example", "")), r#"{"token":"AT-bob"}"#);
    assert_eq!(answer_of(&run("get evil.example", "")), "{}");
    for (line, input, advice) in [
        ("store app.example.com", r#"{"token":"secret"}"#, "try: tokcache login --profile default"),
        ("forget app.example.com", "", "try: tokcache clear --profile default"),
        ("nonsense app.example.com", "", "try: tokcache help credential"),
    ] {
        let output = run(line, input);
        assert!(!output.status.success() && output.stdout.is_empty());
        assert!(text(&output.stderr).contains(advice), "{}", text(&output.stderr));
    }
}
