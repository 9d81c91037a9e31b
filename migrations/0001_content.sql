-- What a journal keeps: its own facts, the names of paths, contents as shared chunks, memoized diffs.

CREATE TABLE meta (
    -- One fact about this journal a row: journal_id, and created_at in microseconds since the epoch.
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE schema_migration (
    -- Which migrations made this schema, each with the SHA-256 of its text; applied_at is microseconds since the epoch.
    version    INTEGER NOT NULL PRIMARY KEY CHECK (version > 0),
    name       TEXT    NOT NULL UNIQUE,
    sha256     BLOB    NOT NULL CHECK (length(sha256) = 32),
    applied_at INTEGER NOT NULL
) STRICT;

CREATE TABLE path (
    -- Every path ever seen, once. raw holds the bytes of a name that is not UTF-8; name is then an escaped form.
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE CHECK (name <> ''),
    raw  BLOB CHECK (raw IS NULL OR length(raw) > 0)
) STRICT;

CREATE TABLE chunk (
    -- A piece of content. digest is the first 16 bytes of the SHA-256 of its size bytes.
    -- codec 0: body is the bytes; 1: a zstd frame; 2: a zstd frame whose raw dictionary is the bytes of base_id.
    -- gen is the place in its lineage, 0 for a piece that stands alone.
    id      INTEGER PRIMARY KEY,
    digest  BLOB    NOT NULL UNIQUE CHECK (length(digest) = 16),
    size    INTEGER NOT NULL CHECK (size > 0),
    codec   INTEGER NOT NULL CHECK (codec IN (0, 1, 2)),
    base_id INTEGER REFERENCES chunk (id) CHECK (base_id < id),
    gen     INTEGER NOT NULL CHECK (gen >= 0),
    body    BLOB    NOT NULL,
    CHECK ((codec = 2) = (base_id IS NOT NULL)),
    CHECK ((codec = 2) = (gen > 0))
) STRICT;

CREATE INDEX chunk_base ON chunk (base_id) WHERE base_id IS NOT NULL;

CREATE TABLE blob (
    -- One whole content, named by its SHA-256. chunks is its list of chunk ids, 4 bytes big-endian each, in order.
    -- state pending: a large content still on its way in; it has no name yet and recovery drops it.
    id         INTEGER PRIMARY KEY,
    sha256     BLOB    UNIQUE CHECK (length(sha256) = 32),
    size       INTEGER NOT NULL CHECK (size >= 0),
    is_text    INTEGER NOT NULL CHECK (is_text IN (0, 1)),
    line_count INTEGER NOT NULL CHECK (line_count >= 0),
    created_at INTEGER NOT NULL,
    state      TEXT    NOT NULL CHECK (state IN ('whole', 'pending')),
    chunks     BLOB    NOT NULL CHECK (length(chunks) % 4 = 0),
    CHECK ((state = 'pending') = (sha256 IS NULL))
) STRICT;

CREATE VIEW blob_chunk (blob_id, seq, chunk_id) AS
-- The chunk list of every blob as rows, seq from 0: a content is its chunks' bytes one after another.
WITH RECURSIVE place (blob_id, seq, rest) AS (
    SELECT id, 0, hex(chunks) FROM blob WHERE length(chunks) > 0
    UNION ALL
    SELECT blob_id, seq + 1, substr(rest, 9) FROM place WHERE length(rest) > 8
)
SELECT blob_id, seq,
       (instr('0123456789ABCDEF', substr(rest, 1, 1)) - 1) * 268435456
     + (instr('0123456789ABCDEF', substr(rest, 2, 1)) - 1) * 16777216
     + (instr('0123456789ABCDEF', substr(rest, 3, 1)) - 1) * 1048576
     + (instr('0123456789ABCDEF', substr(rest, 4, 1)) - 1) * 65536
     + (instr('0123456789ABCDEF', substr(rest, 5, 1)) - 1) * 4096
     + (instr('0123456789ABCDEF', substr(rest, 6, 1)) - 1) * 256
     + (instr('0123456789ABCDEF', substr(rest, 7, 1)) - 1) * 16
     + (instr('0123456789ABCDEF', substr(rest, 8, 1)) - 1)
FROM place;

CREATE TABLE patch (
    -- A diff computed once: which lines changed, for any context width. A cache: rows may go at any time.
    -- blocks is a list of varints; before_id or after_id 0 stands for a path that did not exist.
    before_id INTEGER NOT NULL,
    after_id  INTEGER NOT NULL,
    version   INTEGER NOT NULL,
    additions INTEGER NOT NULL CHECK (additions >= 0),
    deletions INTEGER NOT NULL CHECK (deletions >= 0),
    is_binary INTEGER NOT NULL CHECK (is_binary IN (0, 1)),
    blocks    BLOB    NOT NULL,
    PRIMARY KEY (before_id, after_id, version)
) STRICT, WITHOUT ROWID;
