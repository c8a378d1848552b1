//! Files of other programs: read, compared, and replaced atomically.

use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};

use tokcache_file::platform;

use crate::cli::profiles::{cannot, unusable};
use crate::cli::{Exit, Failure};

/// The prefix of temporary files.
const TEMPORARY: &str = ".tokcache-";

/// A file, and the content that it gets.
pub(super) struct Edit {
    path: PathBuf,
    /// `None`: the file does not exist.
    before: Option<String>,
    /// `None`: the file is removed.
    pub(super) after: Option<String>,
    is_link: bool,
}

impl Edit {
    /// Reads a file. A link is followed, so that it stays a link when the file is replaced.
    pub(super) fn of(path: &Path) -> Result<Edit, Failure> {
        let is_link = path.is_symlink();
        let path = followed(path);
        // `/dev/null` stands for no settings at many programs.
        if path.exists() && !path.is_file() {
            return Err(unusable("", &path, "it is not a file"));
        }
        let before = match fs::read(&path) {
            Ok(bytes) => Some(String::from_utf8(bytes).map_err(|_| unusable("", &path, "it is not UTF-8"))?),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(cannot("read", &path, &error)),
        };
        Ok(Edit { path, after: before.clone(), before, is_link })
    }

    /// Copies the file to `path`, for a program that changes files. Returns the path.
    pub(super) fn copy(&self, path: &Path) -> Result<PathBuf, Failure> {
        let after = Some(self.text().to_owned());
        let copy = Edit { path: path.to_owned(), before: None, after, is_link: false };
        copy.replace(self.text()).map_err(|error| cannot("write", path, &error))?;
        Ok(copy.path)
    }

    /// Returns the new content.
    pub(super) fn text(&self) -> &str {
        self.after.as_deref().unwrap_or_default()
    }

    /// Parses the new content.
    pub(super) fn as_toml(&self) -> Result<toml::Table, Failure> {
        self.text().parse().map_err(|error: toml::de::Error| self.refuse(error.message()))
    }

    /// Sets the new content. A file that would be empty, and holds nothing but what tokcache has written, is removed, unless
    /// a link leads to it.
    pub(super) fn set(&mut self, text: String) {
        let is_kept = |text: &String| !text.trim().is_empty() || self.is_link || self.before.as_deref() == Some(text);
        self.after = Some(text).filter(is_kept);
    }

    /// The error for a file that cannot be changed safely.
    pub(super) fn refuse(&self, why: &str) -> Failure {
        unusable("", &self.path, why)
    }

    /// Whether the content stays as it is.
    pub(super) fn is_same(&self) -> bool {
        self.before == self.after
    }

    /// Returns the path.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the lines that differ, in the form of `diff -U0`: lines around them may hold secrets.
    pub(super) fn diff(&self) -> String {
        let path = self.path.display();
        // A file of one line may hold secrets beside what changes.
        let in_json = |content: &Option<String>| super::json::in_lines(content.as_deref()?, self.text());
        let (before, after) = match (in_json(&self.before), in_json(&self.after)) {
            (Some(before), Some(after)) => (Some(before), Some(after)),
            _ => (self.before.clone(), self.after.clone()),
        };
        let (old, new) = (lines(&before), lines(&after));
        let name = |content: &Option<String>| {
            if content.is_some() { path.to_string() } else { "/dev/null".to_owned() }
        };
        let mut text = format!("--- {}\n+++ {}\n", name(&self.before), name(&self.after));
        for (removed, added) in hunks(&old, &new) {
            text += &format!("@@ -{},{} +{},{} @@\n", removed.start + 1, removed.len(), added.start + 1, added.len());
            old[removed].iter().for_each(|line| text += &format!("-{line}\n"));
            new[added].iter().for_each(|line| text += &format!("+{line}\n"));
        }
        text
    }

    /// Replaces the file, which keeps its permissions. A new file is for its owner alone.
    pub(super) fn write(&self) -> Result<(), Failure> {
        let cannot = |error| cannot("write", &self.path, &error);
        if Edit::of(&self.path)?.before != self.before {
            let message = format!("{} has changed in the meantime", self.path.display());
            return Err(Failure::new(Exit::Config, message).retryable(true));
        }
        match &self.after {
            Some(text) => self.replace(text).map_err(cannot),
            None => fs::remove_file(&self.path).map_err(cannot),
        }
    }

    fn replace(&self, text: &str) -> io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let file = platform::create_temporary(folder, TEMPORARY)?;
        file.as_file().write_all(text.as_bytes())?;
        if let Ok(metadata) = fs::metadata(&self.path) {
            file.as_file().set_permissions(metadata.permissions())?;
        }
        file.as_file().sync_all()?;
        file.persist(&self.path).map(drop).map_err(|error| error.error)
    }
}

/// Returns the place that a path leads to. A link may lead to a file that does not exist yet.
fn followed(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    // As many links as Linux follows.
    for _ in 0..40 {
        let Ok(target) = fs::read_link(&path) else { break };
        path = path.parent().unwrap_or(Path::new("")).join(target);
    }
    path.canonicalize().unwrap_or(path)
}

/// Returns the text with a line break at its end, unless it is empty.
pub(super) fn in_lines(text: &str) -> String {
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    format!("{text}{end}")
}

/// The maximum number of pairs of lines that are compared, for a file that was written anew.
const MOST_PAIRS: usize = 1 << 22;

/// Returns the ranges of lines that differ, by the longest common subsequence.
fn hunks(old: &[&str], new: &[&str]) -> Vec<(Range<usize>, Range<usize>)> {
    let is_same = |(one, other): &(&&str, &&str)| one == other;
    let head = old.iter().zip(new).take_while(is_same).count();
    let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(is_same).count();
    let (rows, columns) = (old.len() - head - tail, new.len() - head - tail);
    if rows.saturating_mul(columns) > MOST_PAIRS {
        return vec![(head..head + rows, head..head + columns)];
    }
    // The length of the common subsequence of the lines from here on, for each pair.
    let mut lengths = vec![vec![0_u32; columns + 1]; rows + 1];
    for (row, column) in (0..rows).rev().flat_map(|row| (0..columns).rev().map(move |column| (row, column))) {
        lengths[row][column] = match old[head + row] == new[head + column] {
            true => lengths[row + 1][column + 1] + 1,
            false => lengths[row + 1][column].max(lengths[row][column + 1]),
        };
    }
    let (mut hunks, mut start, mut row, mut column) = (Vec::new(), (0, 0), 0, 0);
    loop {
        let is_end = row == rows && column == columns;
        if is_end || row < rows && column < columns && old[head + row] == new[head + column] {
            if (row, column) != start {
                hunks.push((head + start.0..head + row, head + start.1..head + column));
            }
            if is_end {
                return hunks;
            }
            (row, column) = (row + 1, column + 1);
            start = (row, column);
        } else if column == columns || row < rows && lengths[row + 1][column] >= lengths[row][column + 1] {
            row += 1;
        } else {
            column += 1;
        }
    }
}

fn lines(content: &Option<String>) -> Vec<&str> {
    content.iter().flat_map(|text| text.lines()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_lines_that_differ_are_shown() {
        let edit = Edit {
            path: PathBuf::from("/a"),
            before: Some("secret\nold\nlast\n".to_owned()),
            after: Some("secret\nnew\nmore\nlast\n".to_owned()),
            is_link: false,
        };
        assert_eq!(edit.diff(), "--- /a\n+++ /a\n@@ -2,1 +2,2 @@\n-old\n+new\n+more\n");
        let twice = Edit {
            path: PathBuf::from("/a"),
            before: Some("one\nsecret\nthree\nlast\n".to_owned()),
            after: Some("two\nsecret\nfour\nlast\n".to_owned()),
            is_link: false,
        };
        let hunks = "@@ -1,1 +1,1 @@\n-one\n+two\n@@ -3,1 +3,1 @@\n-three\n+four\n";
        assert_eq!(twice.diff(), format!("--- /a\n+++ /a\n{hunks}"));
        let created = Edit { path: PathBuf::from("/a"), before: None, after: Some("new\n".to_owned()), is_link: false };
        assert_eq!(created.diff(), "--- /dev/null\n+++ /a\n@@ -1,0 +1,1 @@\n+new\n");
    }
}
