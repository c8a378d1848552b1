//! Tables for people.

use super::screen::Layout;

/// The narrowest form of a column that is cut.
const NARROWEST: usize = 8;

const GAP: &str = "  ";

/// A table that grows by parts. A column never becomes narrower.
pub(super) struct Table<const COLUMNS: usize> {
    header: [&'static str; COLUMNS],
    /// The column that a narrow terminal does without.
    dispensable: usize,
    layout: Layout,
    widths: [usize; COLUMNS],
    has_header: bool,
    is_dispensed: bool,
}

impl<const COLUMNS: usize> Table<COLUMNS> {
    /// Returns a table without rows. If it is too wide for its layout, it loses the column `dispensable`, then its widest
    /// cells are cut.
    pub(super) fn new(header: [&'static str; COLUMNS], dispensable: usize, layout: Layout) -> Self {
        Table { header, dispensable, layout, widths: [0; COLUMNS], has_header: false, is_dispensed: false }
    }

    /// Aligns the rows under the header. No rows are no text.
    pub(super) fn part(&mut self, rows: &[[String; COLUMNS]]) -> String {
        match self.layout {
            Layout::List => self.list(rows),
            _ if rows.is_empty() => String::new(),
            Layout::Narrow(width) => self.aligned(rows, Some(width)),
            Layout::Wide => self.aligned(rows, None),
        }
    }

    /// Returns a paragraph for each row.
    fn list(&self, rows: &[[String; COLUMNS]]) -> String {
        let named = |(name, cell): (&&str, &String)| format!("{}: {cell}\n", name.to_lowercase());
        let paragraph = |row: &[String; COLUMNS]| self.header.iter().zip(row).map(named).collect::<String>() + "\n";
        rows.iter().map(paragraph).collect()
    }

    fn aligned(&mut self, rows: &[[String; COLUMNS]], limit: Option<usize>) -> String {
        let header = self.header.map(str::to_owned);
        let header = Some(&header).filter(|_| !self.has_header);
        let lines: Vec<_> = header.into_iter().chain(rows).collect();
        for row in &lines {
            for (widest, cell) in self.widths.iter_mut().zip(*row) {
                *widest = (*widest).max(width(cell));
            }
        }
        if !self.has_header {
            self.has_header = true;
            self.is_dispensed = limit.is_some_and(|limit| total(&self.widths) > limit);
        }
        let mut widths = self.widths;
        if self.is_dispensed {
            widths[self.dispensable] = 0;
        }
        if let Some(limit) = limit {
            shrink(&mut widths, limit);
        }
        let mut table = String::new();
        for row in lines {
            let columns = row.iter().zip(widths).filter(|(_, width)| *width > 0);
            let cells: Vec<_> = columns.map(|(cell, width)| padded(&cut(cell, width), width)).collect();
            let line = cells.join(GAP);
            let line = line.trim_end();
            table += &limit.map_or_else(|| line.to_owned(), |limit| cut(line, limit));
            table.push('\n');
        }
        table
    }
}

/// Returns the width of a line with columns of these widths.
fn total(widths: &[usize]) -> usize {
    let shown = widths.iter().filter(|width| **width > 0);
    shown.map(|width| width + GAP.len()).sum::<usize>().saturating_sub(GAP.len())
}

/// Makes the widest columns narrower until the line fits into `limit`, or until all are narrow.
fn shrink(widths: &mut [usize], limit: usize) {
    for _ in limit..total(widths) {
        match widths.iter_mut().max() {
            Some(widest) if *widest > NARROWEST => *widest -= 1,
            _ => return,
        }
    }
}

/// Returns the text, cut with an ellipsis if it is wider than `limit`.
fn cut(text: &str, limit: usize) -> String {
    if width(text) <= limit {
        return text.to_owned();
    }
    let mut room = limit.saturating_sub(1);
    let fits = |character: &char| {
        let fits = columns(*character) <= room;
        room = room.saturating_sub(columns(*character));
        fits
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

fn padded(text: &str, to: usize) -> String {
    text.to_owned() + &" ".repeat(to.saturating_sub(width(text)))
}

/// Returns the width of the text on a terminal.
fn width(text: &str) -> usize {
    text.chars().map(columns).sum()
}

/// Returns the columns that a terminal uses for a character: none for the common combining marks, two for East Asian wide
/// characters and emoji (Unicode Standard Annex 11, in blocks).
fn columns(character: char) -> usize {
    match u32::from(character) {
        0x300..=0x36f => 0,
        0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f => 2,
        0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1f300..=0x1f64f | 0x1f680..=0x1f6ff | 0x1f900..=0x1f9ff => 2,
        0x2_0000..=0x3_fffd => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: [&str; 4] = ["alice@example.com", "60 min", "2026-11-30 10:42Z", "3f6c1e0a-6f0e-4c0a-9d62-7c1f0a6a9c11"];

    fn table(layout: Layout) -> String {
        let mut table = Table::new(["ACCOUNT", "VALID", "UNTIL", "CLIENT"], 2, layout);
        table.part(&[ROW.map(str::to_owned)])
    }

    #[test]
    fn a_table_loses_a_column_first_and_then_the_ends_of_its_widest_cells() {
        assert_eq!(
            table(Layout::Wide),
            "ACCOUNT            VALID   UNTIL              CLIENT\n\
             alice@example.com  60 min  2026-11-30 10:42Z  3f6c1e0a-6f0e-4c0a-9d62-7c1f0a6a9c11\n"
        );
        assert_eq!(table(Layout::Narrow(82)), table(Layout::Wide));
        assert_eq!(
            table(Layout::Narrow(81)),
            "ACCOUNT            VALID   CLIENT\n\
             alice@example.com  60 min  3f6c1e0a-6f0e-4c0a-9d62-7c1f0a6a9c11\n"
        );
        assert_eq!(
            table(Layout::Narrow(40)),
            "ACCOUNT          VALID   CLIENT\n\
             alice@example.…  60 min  3f6c1e0a-6f0e-…\n"
        );
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for limit in 1..100 {
            let table = table(Layout::Narrow(limit));
            assert!(table.lines().all(|line| width(line) <= limit), "{limit}: {table}");
        }
    }

    #[test]
    fn wide_characters_take_two_columns() {
        let mut table = Table::new(["NAME", "B", "C"], 1, Layout::Wide);
        let row = |name: &str| [name.to_owned(), "1".to_owned(), "2".to_owned()];
        assert_eq!(table.part(&[row("名前"), row("Zoe\u{308}")]), "NAME  B  C\n名前  1  2\nZoe\u{308}   1  2\n");
        assert_eq!(cut("名前名前", 5), "名前…");
    }

    #[test]
    fn a_screen_reader_reads_each_value_with_its_name() {
        let expected = "account: alice@example.com\nvalid: 60 min\nuntil: 2026-11-30 10:42Z\n\
                        client: 3f6c1e0a-6f0e-4c0a-9d62-7c1f0a6a9c11\n\n";
        assert_eq!(table(Layout::List), expected);
    }
}
