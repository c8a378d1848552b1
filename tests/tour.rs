//! Checks that the tour of the README runs to its end and leaves nothing behind.

mod support;

use std::process::Command;

use support::without_cargo;

#[test]
fn the_tour_shows_the_whole_story_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let mut tour = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/tour"));
    tour.env("TMPDIR", folder.path()).env("CARGO_PACKAGES", "--workspace");
    let output = without_cargo(&mut tour).output().unwrap();
    let (shown, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}\n{shown}\n{errors}", output.status);
    assert!(shown.contains("one sign-in from start to end"), "{shown}");
    assert_eq!(folder.path().read_dir().unwrap().count(), 0, "something was left behind");
}
