//! Requests of git, as its test t0300 has them.

use super::asked;
use crate::home;

#[test]
fn git_gets_what_it_can_use() {
    let home = home();
    let basic = "username=oauth2\npassword=AT-bob\npassword_expiry_utc=4102444800\n";
    let bearer =
        "capability[]=authtype\nauthtype=Bearer\nephemeral=1\ncredential=AT-bob\npassword_expiry_utc=4102444800\n";
    let host = "protocol=https\nhost=git.example.com\n";
    for (words, input, expected) in [
        ("get", host.to_owned(), basic),
        // An empty line ends the request.
        ("get", format!("{host}\nhost=evil.example\n"), basic),
        ("get", format!("{host}path=a/b.git\nunknown=1\n"), basic),
        ("get", host.replace('\n', "\r\n"), basic),
        ("get", format!("{host}username=me\n"), "password=AT-bob\npassword_expiry_utc=4102444800\n"),
        ("--username me get", host.to_owned(), "username=me\npassword=AT-bob\npassword_expiry_utc=4102444800\n"),
        ("get", format!("{host}wwwauth[]=Bearer\n"), basic),
        ("get", format!("capability[]=authtype\n{host}"), basic),
        ("get", format!("capability[]=authtype\n{host}wwwauth[]=Basic realm=\"a\"\n"), basic),
        ("get", format!("capability[]=authtype\n{host}wwwauth[]=Basic\nwwwauth[]=Bearer realm=\"a\"\n"), bearer),
        ("--authtype basic get", format!("capability[]=authtype\n{host}wwwauth[]=Bearer\n"), basic),
        ("--authtype bearer get", format!("capability[]=authtype\n{host}"), bearer),
        ("--authtype bearer get", host.to_owned(), basic),
        ("capability", String::new(), "version 0\ncapability authtype\n"),
        ("store", format!("{host}username=me\npassword=secret\n"), ""),
        ("erase", format!("{host}username=me\npassword=secret\n"), ""),
        ("unheard-of", host.to_owned(), ""),
        // Not configured, or readable by others on the way.
        ("get", "protocol=http\nhost=git.example.com\n".to_owned(), ""),
        ("get", "protocol=https\nhost=git.example.com:8443\n".to_owned(), ""),
        ("get", "protocol=https\nhost=git.example.com.evil.example\n".to_owned(), ""),
        ("get", "protocol=https\nhost=evil.example\nhost=git.example.com@evil.example\n".to_owned(), ""),
        ("get", "protocol=https\nhost=evil.example\npath=git.example.com\n".to_owned(), ""),
        ("get", "protocol=smtp\nhost=git.example.com\n".to_owned(), ""),
        ("get", "host=git.example.com\n".to_owned(), ""),
        ("get", "protocol=https\n".to_owned(), ""),
        ("get", String::new(), ""),
    ] {
        let line = format!("credential git --host git.example.com {words}");
        assert_eq!(asked(&home, &line, &input), (0, expected.to_owned(), String::new()), "{words}: {input}");
    }
}
