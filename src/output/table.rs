//! Tables for people.

/// A table that grows by parts. A column never becomes narrower.
pub(super) struct Table<const COLUMNS: usize> {
    header: [&'static str; COLUMNS],
    /// The width at which a line is cut.
    width: Option<usize>,
    widths: [usize; COLUMNS],
    has_header: bool,
}

impl<const COLUMNS: usize> Table<COLUMNS> {
    /// Returns a table without rows. Lines are cut to `width` columns of the terminal, if it is given.
    pub(super) fn new(header: [&'static str; COLUMNS], width: Option<usize>) -> Self {
        Table { header, width, widths: [0; COLUMNS], has_header: false }
    }

    /// Aligns the rows under the header. No rows are no text.
    pub(super) fn part(&mut self, rows: &[[String; COLUMNS]]) -> String {
        if rows.is_empty() {
            return String::new();
        }
        let header = self.header.map(str::to_owned);
        let header = Some(&header).filter(|_| !self.has_header);
        self.has_header = true;
        let lines: Vec<_> = header.into_iter().chain(rows).collect();
        for row in &lines {
            for (width, cell) in self.widths.iter_mut().zip(*row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let mut table = String::new();
        for row in lines {
            let cells = row.iter().zip(self.widths).map(|(cell, width)| format!("{cell:<width$}"));
            let line = cells.collect::<Vec<_>>().join("  ");
            table += &cut(line.trim_end(), self.width);
            table.push('\n');
        }
        table
    }
}

/// Returns the text, cut with an ellipsis if it is too long.
fn cut(text: &str, width: Option<usize>) -> String {
    match width {
        Some(width) if text.chars().count() > width => {
            text.chars().take(width.saturating_sub(1)).chain(['…']).collect()
        }
        _ => text.to_owned(),
    }
}
