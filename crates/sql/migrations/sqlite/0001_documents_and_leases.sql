-- One row for each cache document, one for each lease. Text is compared by its bytes, so that a prefix is a range.
-- Times are seconds since 1970, those of leases milliseconds.

CREATE TABLE tokcache_migration (
    version INTEGER PRIMARY KEY,
    applied_at INTEGER NOT NULL DEFAULT (unixepoch())
) STRICT;

-- The last number that a revision or a fence was given. It only grows, also when rows are deleted.
CREATE TABLE tokcache_number (last INTEGER NOT NULL) STRICT;
INSERT INTO tokcache_number (last) VALUES (0);

-- The document stands last, as the columns behind a large one are slow to read.
CREATE TABLE tokcache_document (
    partition TEXT NOT NULL PRIMARY KEY,
    -- In lower case. NULL: the document is encrypted, is nobody's, or has accounts of several names.
    username TEXT,
    revision INTEGER NOT NULL,
    created_at INTEGER NOT NULL DEFAULT (unixepoch()),
    updated_at INTEGER NOT NULL DEFAULT (unixepoch()),
    -- From then on the document counts as absent. NULL: it is kept.
    keep_until INTEGER,
    document BLOB NOT NULL
) STRICT;

CREATE INDEX tokcache_document_username ON tokcache_document (username, partition) WHERE username IS NOT NULL;
CREATE INDEX tokcache_document_keep_until ON tokcache_document (keep_until) WHERE keep_until IS NOT NULL;

CREATE TABLE tokcache_lease (
    partition TEXT NOT NULL,
    credential TEXT NOT NULL,
    -- A random number of the holder.
    owner INTEGER NOT NULL,
    fence INTEGER NOT NULL,
    -- In the past: the lease is free.
    expires_at INTEGER NOT NULL,
    note BLOB,
    PRIMARY KEY (partition, credential)
) STRICT, WITHOUT ROWID;

CREATE INDEX tokcache_lease_expires_at ON tokcache_lease (expires_at);

INSERT INTO tokcache_migration (version) VALUES (1);
