//! The code blocks of the page.

const PAGE: &str = include_str!("../../docs/scripting.md");

/// Returns a code block of the section with this heading, counted from 0.
#[track_caller]
pub(crate) fn block(heading: &str, number: usize) -> String {
    let (_, rest) = PAGE.split_once(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("no section {heading}"));
    let section = rest.split("\n## ").next().unwrap();
    let fence = section.split("```").skip(1).step_by(2).nth(number);
    let fence = fence.unwrap_or_else(|| panic!("no block {number} in the section {heading}"));
    let (_language, code) = fence.split_once('\n').unwrap();
    code.to_owned()
}

/// Returns the headings of all sections.
pub(crate) fn headings() -> Vec<&'static str> {
    PAGE.lines().filter_map(|line| line.strip_prefix("## ")).collect()
}
