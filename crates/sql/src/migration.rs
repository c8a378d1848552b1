//! The schema, as numbered SQL files that are applied once.

use crate::error::{DatabaseError, DatabaseErrorKind};

/// One step of the schema. Its statements record its version in the table `tokcache_migration`, so a person with other
/// rights can apply it by hand, in one transaction.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Migration {
    /// The number of the step; the first is 1.
    pub version: i32,
    /// The statements.
    pub sql: &'static str,
}

/// Returns the steps that a schema of this version lacks.
pub(crate) fn missing(
    all: &'static [Migration],
    version: i32,
    database: &str,
) -> Result<&'static [Migration], DatabaseError> {
    let newest = all.last().map_or(0, |migration| migration.version);
    if version > newest {
        let detail = format!(
            "it has version {version}, which a newer program has made, and this program knows version {newest}: \
             install the newer program"
        );
        return Err(DatabaseError::new(database, DatabaseErrorKind::Schema, detail));
    }
    Ok(&all[all.partition_point(|migration| migration.version <= version)..])
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn check(folder: &str, all: &'static [Migration]) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(folder);
        let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        assert_eq!(files.len(), all.len(), "every file is a migration");
        for (at, (file, migration)) in files.iter().zip(all).enumerate() {
            let number = i32::try_from(at).unwrap() + 1;
            assert_eq!(migration.version, number);
            assert!(file.file_name().unwrap().to_str().unwrap().starts_with(&format!("{number:04}_")), "{file:?}");
            let record = format!("INSERT INTO tokcache_migration (version) VALUES ({number});\n");
            assert!(migration.sql.ends_with(&record), "{file:?} does not record itself");
        }
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn the_files_for_postgres_are_numbered_and_record_themselves() {
        check("postgres", crate::postgres::MIGRATIONS);
    }

    #[cfg(feature = "sqlite")]
    #[test]
    fn the_files_for_sqlite_are_numbered_and_record_themselves() {
        check("sqlite", crate::sqlite::MIGRATIONS);
    }

    #[test]
    fn a_newer_schema_is_named_with_both_versions() {
        const ALL: &[Migration] = &[Migration { version: 1, sql: "" }, Migration { version: 2, sql: "" }];
        assert_eq!(missing(ALL, 0, "db").unwrap().len(), 2);
        assert_eq!(missing(ALL, 1, "db").unwrap(), &ALL[1..]);
        assert_eq!(missing(ALL, 2, "db").unwrap(), []);
        let error = missing(ALL, 3, "db").unwrap_err();
        assert_eq!((error.kind(), error.is_retryable()), (DatabaseErrorKind::Schema, false));
        assert!(error.to_string().contains("version 3") && error.to_string().contains("version 2"), "{error}");
    }
}
