-- One row for each cache document, one for each lease. The collation "C" compares bytes, so that a prefix is a range.

CREATE TABLE tokcache_migration (
    version integer PRIMARY KEY,
    applied_at timestamptz NOT NULL DEFAULT now()
);

-- Numbers revisions and fences. It only grows, also when rows are deleted.
CREATE SEQUENCE tokcache_number AS bigint;

CREATE TABLE tokcache_document (
    partition text COLLATE "C" PRIMARY KEY,
    -- In lower case. NULL: the document is encrypted, is nobody's, or has accounts of several names.
    username text COLLATE "C",
    document bytea NOT NULL,
    revision bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    -- From then on the document counts as absent. NULL: it is kept.
    keep_until timestamptz
);

CREATE INDEX tokcache_document_username ON tokcache_document (username, partition) WHERE username IS NOT NULL;
CREATE INDEX tokcache_document_keep_until ON tokcache_document (keep_until) WHERE keep_until IS NOT NULL;

CREATE TABLE tokcache_lease (
    partition text COLLATE "C" NOT NULL,
    credential text COLLATE "C" NOT NULL,
    -- A random number of the holder.
    owner bigint NOT NULL,
    fence bigint NOT NULL,
    -- By this server's clock. In the past: the lease is free.
    expires_at timestamptz NOT NULL,
    note bytea,
    PRIMARY KEY (partition, credential)
);

CREATE INDEX tokcache_lease_expires_at ON tokcache_lease (expires_at);

INSERT INTO tokcache_migration (version) VALUES (1);
