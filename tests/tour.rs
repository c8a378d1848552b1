//! Checks that the tour of the README runs to its end and leaves nothing behind.

use std::env;
use std::process::Command;

#[test]
fn the_tour_shows_the_whole_story_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let mut tour = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/tour"));
    tour.env("TMPDIR", folder.path()).env("CARGO_PACKAGES", "--workspace");
    // With cargo's variables about this package, the tour's own build would compile the C code of `ring` again.
    for (name, _) in
        env::vars().filter(|(name, _)| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_"))
    {
        tour.env_remove(name);
    }
    let output = tour.output().unwrap();
    let (shown, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}\n{shown}\n{errors}", output.status);
    assert!(shown.contains("one sign-in from start to end"), "{shown}");
    assert_eq!(folder.path().read_dir().unwrap().count(), 0, "something was left behind");
}
