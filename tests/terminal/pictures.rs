//! The pictures of the README, drawn again.

use std::path::Path;
use std::process::Command;

use crate::support::{answer_of, text, without_cargo};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Returns the size of a picture and the lines of its text. The letters of a code and all digits are replaced, because
/// they depend on chance and on the time.
fn shown(picture: &Path) -> Vec<String> {
    let picture = std::fs::read_to_string(picture).unwrap();
    let size = picture.split("viewBox=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let texts = picture.split("<text").skip(1).filter_map(|text| text.split_once('>')?.1.split_once("</text>"));
    std::iter::once(size).chain(texts.map(|(text, _)| without_chance(text))).collect()
}

fn without_chance(text: &str) -> String {
    let letters: Vec<char> = text.chars().map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect();
    let is_code = |at: usize| {
        let of_code = |at: &usize| letters.get(*at).is_some_and(char::is_ascii_uppercase);
        letters.get(at) == Some(&'-') && at >= 4 && (at - 4..at).chain(at + 1..at + 5).all(|at| of_code(&at))
    };
    let code = (0..letters.len()).find(|at| is_code(*at));
    let replaced = |at: usize| code.is_some_and(|code| code.abs_diff(at) <= 4);
    letters.iter().enumerate().map(|(at, letter)| if replaced(at) { 'X' } else { *letter }).collect()
}

#[test]
fn the_script_draws_the_pictures_of_the_readme_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let mut make = Command::new(format!("{ROOT}/docs/pictures/make"));
    make.arg(folder.path()).env("CARGO_PACKAGES", "--workspace");
    let output = without_cargo(&mut make).output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    for name in ["sign-in.svg", "tables.svg"] {
        let (new, old) = (folder.path().join(name), Path::new(ROOT).join("docs/pictures").join(name));
        assert_eq!(shown(&new), shown(&old), "docs/pictures/make draws {name} again");
        let parse = "import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])";
        answer_of(&Command::new("python3").args(["-c", parse]).arg(new).output().unwrap());
    }
    assert_eq!(folder.path().read_dir().unwrap().count(), 2);
}
