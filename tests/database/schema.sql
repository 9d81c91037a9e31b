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

CREATE TABLE root (
    -- A directory whose files are journaled: where it was last seen, and which directory it was.
    id    INTEGER PRIMARY KEY,
    uuid  TEXT    NOT NULL UNIQUE,
    path  TEXT    NOT NULL,
    raw   BLOB,
    dev   INTEGER NOT NULL,
    inode INTEGER NOT NULL
) STRICT;

CREATE TABLE commits (
    -- Changes published together. sha256 covers the parent's, so a chain of commits cannot be changed unseen.
    -- n counts the commits of a branch; audit_head is the last link of the audit chain at that moment.
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    sha256     BLOB    NOT NULL UNIQUE CHECK (length(sha256) = 32),
    parent_id  INTEGER REFERENCES commits (id) CHECK (parent_id < id),
    merged_id  INTEGER REFERENCES commits (id) CHECK (merged_id < id),
    branch_id  INTEGER NOT NULL REFERENCES branch (id),
    n          INTEGER NOT NULL CHECK (n > 0),
    session_id INTEGER NOT NULL REFERENCES session (id),
    created_at INTEGER NOT NULL,
    message    TEXT    NOT NULL,
    metadata   TEXT    NOT NULL CHECK (json_valid(metadata)),
    files      INTEGER NOT NULL CHECK (files > 0),
    additions  INTEGER NOT NULL CHECK (additions >= 0),
    deletions  INTEGER NOT NULL CHECK (deletions >= 0),
    audit_head BLOB    NOT NULL CHECK (length(audit_head) = 32),
    UNIQUE (branch_id, n)
) STRICT;

CREATE TABLE sqlite_sequence(name,seq);

CREATE TABLE branch (
    -- A named head with the root it is checked out in. generation counts every change of what is staged.
    id         INTEGER PRIMARY KEY,
    name       TEXT    NOT NULL UNIQUE,
    root_id    INTEGER NOT NULL REFERENCES root (id),
    head_id    INTEGER REFERENCES commits (id),
    generation INTEGER NOT NULL DEFAULT 0 CHECK (generation >= 0)
) STRICT;

CREATE TABLE session (
    -- One agent's stay at one root, times in microseconds since the epoch; name is its public id. ended_at is NULL while it lives, or after it died.
    id         INTEGER PRIMARY KEY,
    name       TEXT    NOT NULL UNIQUE,
    branch_id  INTEGER NOT NULL REFERENCES branch (id),
    started_at INTEGER NOT NULL,
    ended_at   INTEGER,
    pid        INTEGER NOT NULL,
    host       TEXT    NOT NULL,
    state      TEXT    NOT NULL CHECK (state IN ('open', 'closed', 'died')),
    metadata   TEXT    NOT NULL CHECK (json_valid(metadata)),
    CHECK ((state = 'closed') = (ended_at IS NOT NULL))
) STRICT;

CREATE INDEX session_open ON session (branch_id) WHERE state = 'open';

CREATE TABLE invocation (
    -- One audited act: asked for, decided, carried out. Written before the act, closed once, never changed again.
    -- kind spool: a verb on files. Times are microseconds; duration_us is NULL when the end was found by recovery.
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    session_id      INTEGER NOT NULL REFERENCES session (id),
    parent_id       INTEGER REFERENCES invocation (id) CHECK (parent_id < id),
    call_id         TEXT,
    kind            TEXT    NOT NULL CHECK (kind IN ('shell', 'fetch', 'spool', 'tool')),
    name            TEXT    NOT NULL,
    request         TEXT    NOT NULL CHECK (json_valid(request)),
    decision        TEXT    NOT NULL CHECK (decision IN ('allow', 'deny')),
    decision_reason TEXT    NOT NULL,
    rule            TEXT,
    state           TEXT    NOT NULL
        CHECK (state IN ('running', 'ok', 'failed', 'denied', 'timed_out', 'cancelled', 'interrupted')),
    started_at      INTEGER NOT NULL,
    finished_at     INTEGER,
    duration_us     INTEGER CHECK (duration_us >= 0),
    error           TEXT,
    sandbox         TEXT,
    inverse         TEXT,
    trace_id        TEXT,
    CHECK ((state = 'running') = (finished_at IS NULL)),
    CHECK ((state = 'denied') = (decision = 'deny')),
    CHECK (state <> 'ok' OR error IS NULL)
) STRICT;

CREATE INDEX invocation_running ON invocation (id) WHERE state = 'running' AND kind <> 'spool';

CREATE TABLE edit (
    -- One act on one path, before and after: the append-only log that staged folds. kind NULL: nothing stood there.
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    invocation_id INTEGER NOT NULL REFERENCES invocation (id),
    branch_id     INTEGER NOT NULL REFERENCES branch (id),
    path_id       INTEGER NOT NULL REFERENCES path (id),
    seq           INTEGER NOT NULL CHECK (seq >= 0),
    before_blob   INTEGER REFERENCES blob (id),
    before_mode   INTEGER CHECK (before_mode BETWEEN 0 AND 4095),
    before_kind   TEXT CHECK (before_kind IN ('file', 'symlink')),
    after_blob    INTEGER REFERENCES blob (id),
    after_mode    INTEGER CHECK (after_mode BETWEEN 0 AND 4095),
    after_kind    TEXT CHECK (after_kind IN ('file', 'symlink')),
    moved_from    INTEGER REFERENCES path (id),
    undone_by     INTEGER REFERENCES invocation (id),
    CHECK ((before_blob IS NULL) = (before_kind IS NULL) AND (before_mode IS NULL) = (before_kind IS NULL)),
    CHECK ((after_blob IS NULL) = (after_kind IS NULL) AND (after_mode IS NULL) = (after_kind IS NULL)),
    CHECK (before_kind IS NOT NULL OR after_kind IS NOT NULL)
) STRICT;

CREATE TABLE staged (
    -- What no commit has published yet: one path from its state at head, or on disk when head has none, to now.
    branch_id   INTEGER NOT NULL REFERENCES branch (id),
    path_id     INTEGER NOT NULL REFERENCES path (id),
    before_blob INTEGER REFERENCES blob (id),
    before_mode INTEGER CHECK (before_mode BETWEEN 0 AND 4095),
    before_kind TEXT CHECK (before_kind IN ('file', 'symlink')),
    after_blob  INTEGER REFERENCES blob (id),
    after_mode  INTEGER CHECK (after_mode BETWEEN 0 AND 4095),
    after_kind  TEXT CHECK (after_kind IN ('file', 'symlink')),
    edit_id     INTEGER NOT NULL REFERENCES edit (id),
    PRIMARY KEY (branch_id, path_id),
    CHECK ((before_blob IS NULL) = (before_kind IS NULL) AND (before_mode IS NULL) = (before_kind IS NULL)),
    CHECK ((after_blob IS NULL) = (after_kind IS NULL) AND (after_mode IS NULL) = (after_kind IS NULL)),
    CHECK (before_kind IS NOT NULL OR after_kind IS NOT NULL)
) STRICT, WITHOUT ROWID;

CREATE TABLE intent (
    -- A change of the disk that a transaction promised and that is not known to be done.
    -- how put: the file temp goes to the path; remove: the path goes to temp; move: the path comes from moved_from,
    -- what stood there goes to temp; away: it left by such a move; mode: only its mode changes.
    -- temp is the number n of the files w-n (written, not yet in place) and x-n (taken out) in .spool/tmp.
    -- before_… is what stood on disk, after_… what will; prior_… is the staged row it replaced, prior_edit NULL: none.
    branch_id       INTEGER NOT NULL REFERENCES branch (id),
    path_id         INTEGER NOT NULL REFERENCES path (id),
    act_id          INTEGER NOT NULL REFERENCES invocation (id),
    seq             INTEGER NOT NULL CHECK (seq >= 0),
    act_size        INTEGER NOT NULL CHECK (act_size > 0),
    how             TEXT    NOT NULL CHECK (how IN ('put', 'remove', 'move', 'away', 'mode')),
    temp            INTEGER NOT NULL,
    moved_from      INTEGER REFERENCES path (id),
    before_blob     INTEGER REFERENCES blob (id),
    before_mode     INTEGER,
    before_kind     TEXT,
    before_inode    INTEGER,
    before_mtime_ns INTEGER,
    after_blob      INTEGER REFERENCES blob (id),
    after_mode      INTEGER,
    after_kind      TEXT,
    after_inode     INTEGER,
    after_mtime_ns  INTEGER,
    prior_edit      INTEGER REFERENCES edit (id),
    prior_before_blob INTEGER, prior_before_mode INTEGER, prior_before_kind TEXT,
    prior_after_blob  INTEGER, prior_after_mode  INTEGER, prior_after_kind  TEXT,
    PRIMARY KEY (branch_id, path_id),
    CHECK ((how = 'move') = (moved_from IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE unsynced (
    -- The mark of a path that was written and is not known to be on disk: our own file there (inode, size, mtime_ns),
    -- the act that wrote it (seq), and the boot it was written in.
    root_id  INTEGER NOT NULL REFERENCES root (id),
    path_id  INTEGER NOT NULL REFERENCES path (id),
    seq      INTEGER NOT NULL,
    inode    INTEGER,
    size     INTEGER,
    mtime_ns INTEGER,
    boot_id  TEXT    NOT NULL,
    PRIMARY KEY (root_id, path_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE made_dir (
    -- A folder that a verb had to make; reset removes it again when it is empty.
    branch_id INTEGER NOT NULL REFERENCES branch (id),
    path_id   INTEGER NOT NULL REFERENCES path (id),
    edit_id   INTEGER NOT NULL REFERENCES edit (id),
    PRIMARY KEY (branch_id, path_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE seen (
    -- What stood on disk when it was last looked at: a cache that saves reading, never another answer.
    root_id  INTEGER NOT NULL REFERENCES root (id),
    path_id  INTEGER NOT NULL REFERENCES path (id),
    blob_id  INTEGER NOT NULL REFERENCES blob (id),
    kind     TEXT    NOT NULL,
    mode     INTEGER NOT NULL,
    dev      INTEGER NOT NULL,
    inode    INTEGER NOT NULL,
    size     INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    ctime_ns INTEGER NOT NULL,
    taken_ns INTEGER NOT NULL,
    PRIMARY KEY (root_id, path_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE rescued (
    -- Bytes of unknown origin, kept before anything was written over them.
    id       INTEGER PRIMARY KEY,
    path_id  INTEGER NOT NULL REFERENCES path (id),
    blob_id  INTEGER NOT NULL REFERENCES blob (id),
    reason   TEXT    NOT NULL,
    found_at INTEGER NOT NULL
) STRICT;

CREATE TABLE head_entry (
    -- The tree at the head of a branch: every path that its commits touched and that exists.
    branch_id INTEGER NOT NULL REFERENCES branch (id),
    path_id   INTEGER NOT NULL REFERENCES path (id),
    blob_id   INTEGER NOT NULL REFERENCES blob (id),
    mode      INTEGER NOT NULL CHECK (mode BETWEEN 0 AND 4095),
    kind      TEXT    NOT NULL CHECK (kind IN ('file', 'symlink')),
    PRIMARY KEY (branch_id, path_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE change (
    -- One path's before and after in one commit. seq is the cursor of the feed: strictly rising, never given out again.
    seq           INTEGER PRIMARY KEY AUTOINCREMENT,
    commit_id     INTEGER NOT NULL REFERENCES commits (id),
    path_id       INTEGER NOT NULL REFERENCES path (id),
    change_type   TEXT    NOT NULL CHECK (change_type IN ('created', 'modified', 'deleted', 'renamed', 'mode')),
    before_blob   INTEGER REFERENCES blob (id),
    before_mode   INTEGER CHECK (before_mode BETWEEN 0 AND 4095),
    before_kind   TEXT CHECK (before_kind IN ('file', 'symlink')),
    after_blob    INTEGER REFERENCES blob (id),
    after_mode    INTEGER CHECK (after_mode BETWEEN 0 AND 4095),
    after_kind    TEXT CHECK (after_kind IN ('file', 'symlink')),
    renamed_from  INTEGER REFERENCES path (id),
    invocation_id INTEGER REFERENCES invocation (id),
    UNIQUE (commit_id, path_id),
    CHECK ((before_blob IS NULL) = (before_kind IS NULL) AND (before_mode IS NULL) = (before_kind IS NULL)),
    CHECK ((after_blob IS NULL) = (after_kind IS NULL) AND (after_mode IS NULL) = (after_kind IS NULL)),
    CHECK (before_kind IS NOT NULL OR after_kind IS NOT NULL)
) STRICT;

CREATE INDEX change_path ON change (path_id, commit_id);

CREATE TABLE audit_link (
    -- The hash chain over the audit: link = SHA-256 over the link before, seq, phase, invocation and digest.
    -- opened: digest covers the columns fixed when the act was written; closed: all of them; pruned: what was removed.
    seq           INTEGER PRIMARY KEY AUTOINCREMENT,
    invocation_id INTEGER NOT NULL,
    phase         TEXT    NOT NULL CHECK (phase IN ('opened', 'closed', 'pruned')),
    digest        BLOB    NOT NULL CHECK (length(digest) = 32),
    link          BLOB    NOT NULL CHECK (length(link) = 32)
) STRICT;

CREATE TRIGGER invocation_closed_once BEFORE UPDATE ON invocation
WHEN old.state <> 'running' OR new.state = 'running'
  OR new.id IS NOT old.id OR new.session_id IS NOT old.session_id OR new.parent_id IS NOT old.parent_id
  OR new.call_id IS NOT old.call_id OR new.kind IS NOT old.kind OR new.name IS NOT old.name
  OR new.request IS NOT old.request OR new.decision IS NOT old.decision
  OR new.decision_reason IS NOT old.decision_reason OR new.rule IS NOT old.rule
  OR new.started_at IS NOT old.started_at OR new.inverse IS NOT old.inverse OR new.trace_id IS NOT old.trace_id
BEGIN
    SELECT raise(ABORT, 'an audit row is closed once and never changed');
END;

CREATE TRIGGER audit_link_is_written_once BEFORE UPDATE ON audit_link
BEGIN
    SELECT raise(ABORT, 'a link of the audit chain is never changed');
END;

CREATE TRIGGER edit_is_append_only BEFORE UPDATE ON edit
WHEN old.undone_by IS NOT NULL OR new.id IS NOT old.id OR new.invocation_id IS NOT old.invocation_id
  OR new.branch_id IS NOT old.branch_id OR new.path_id IS NOT old.path_id OR new.seq IS NOT old.seq
  OR new.before_blob IS NOT old.before_blob OR new.before_mode IS NOT old.before_mode
  OR new.before_kind IS NOT old.before_kind OR new.after_blob IS NOT old.after_blob
  OR new.after_mode IS NOT old.after_mode OR new.after_kind IS NOT old.after_kind
  OR new.moved_from IS NOT old.moved_from
BEGIN
    SELECT raise(ABORT, 'an edit is never changed; only undone_by is set, once');
END;

CREATE TRIGGER change_is_written_once BEFORE UPDATE ON change
BEGIN
    SELECT raise(ABORT, 'a committed change is never changed');
END;

CREATE VIEW audit AS
-- Every act, refused ones too, in the order in which they were asked for. Times are ISO 8601, UTC.
SELECT i.id AS invocation_id, s.name AS session_id, i.parent_id, i.call_id, i.kind, i.name, i.request,
       i.decision, i.decision_reason, i.rule, i.state,
       strftime('%Y-%m-%dT%H:%M:%S', i.started_at / 1000000, 'unixepoch')
           || printf('.%06dZ', i.started_at % 1000000) AS started_at,
       strftime('%Y-%m-%dT%H:%M:%S', i.finished_at / 1000000, 'unixepoch')
           || printf('.%06dZ', i.finished_at % 1000000) AS finished_at,
       i.duration_us, i.error, i.sandbox, i.trace_id
FROM invocation AS i JOIN session AS s ON s.id = i.session_id;

CREATE VIEW history AS
-- Every committed change with its commit: one row a path a commit. cursor is its place in the feed.
SELECT c.seq AS cursor, lower(hex(k.sha256)) AS commit_id, b.name AS branch, s.name AS session_id,
       strftime('%Y-%m-%dT%H:%M:%S', k.created_at / 1000000, 'unixepoch')
           || printf('.%06dZ', k.created_at % 1000000) AS committed_at,
       k.message, p.name AS path, c.change_type, c.before_kind AS kind_before, c.after_kind AS kind_after,
       nullif(lower(hex(x.sha256)), '') AS sha_before, nullif(lower(hex(y.sha256)), '') AS sha_after,
       c.before_mode AS mode_before, c.after_mode AS mode_after, x.size AS size_before, y.size AS size_after,
       o.name AS renamed_from, c.invocation_id
FROM change AS c
JOIN commits AS k ON k.id = c.commit_id
JOIN branch AS b ON b.id = k.branch_id
JOIN session AS s ON s.id = k.session_id
JOIN path AS p ON p.id = c.path_id
LEFT JOIN path AS o ON o.id = c.renamed_from
LEFT JOIN blob AS x ON x.id = c.before_blob
LEFT JOIN blob AS y ON y.id = c.after_blob;

CREATE VIEW file_history AS
-- Every write of every path, published or not: one row an edit. commit_id is NULL when no commit published it.
SELECT e.id AS edit_id, p.name AS path, b.name AS branch, s.name AS session_id, e.invocation_id,
       strftime('%Y-%m-%dT%H:%M:%S', i.started_at / 1000000, 'unixepoch')
           || printf('.%06dZ', i.started_at % 1000000) AS edited_at,
       CASE WHEN e.before_kind IS NULL THEN 'created'
            WHEN e.after_kind IS NULL THEN 'deleted'
            WHEN e.before_blob IS e.after_blob AND e.before_kind IS e.after_kind THEN 'mode'
            ELSE 'modified' END AS change_type,
       nullif(lower(hex(x.sha256)), '') AS sha_before, nullif(lower(hex(y.sha256)), '') AS sha_after,
       e.before_mode AS mode_before, e.after_mode AS mode_after,
       nullif(lower(hex((SELECT k.sha256 FROM change AS c JOIN commits AS k ON k.id = c.commit_id
                  WHERE c.path_id = e.path_id AND c.invocation_id = e.invocation_id
                    AND c.after_blob IS e.after_blob AND c.after_mode IS e.after_mode
                    AND k.branch_id = e.branch_id
                  ORDER BY k.id LIMIT 1))), '') AS commit_id
FROM edit AS e
JOIN path AS p ON p.id = e.path_id
JOIN branch AS b ON b.id = e.branch_id
JOIN invocation AS i ON i.id = e.invocation_id
JOIN session AS s ON s.id = i.session_id
LEFT JOIN blob AS x ON x.id = e.before_blob
LEFT JOIN blob AS y ON y.id = e.after_blob;

CREATE TABLE verdict (
    -- What a named validator found in one change of one path, so that it is not asked again. A cache: rows may go at any time.
    -- before_… and after_… are the path's two sides; kind '' with an empty digest and mode 0: nothing stood there.
    -- problems is a JSON list of objects with message, line and code; an empty one says that it agreed.
    id          INTEGER PRIMARY KEY,
    path_id     INTEGER NOT NULL REFERENCES path (id) ON DELETE CASCADE,
    validator   TEXT    NOT NULL CHECK (validator <> ''),
    version     TEXT    NOT NULL,
    before_sha  BLOB    NOT NULL CHECK (length(before_sha) IN (0, 32)),
    before_mode INTEGER NOT NULL CHECK (before_mode BETWEEN 0 AND 4095),
    before_kind TEXT    NOT NULL CHECK (before_kind IN ('', 'file', 'symlink')),
    after_sha   BLOB    NOT NULL CHECK (length(after_sha) IN (0, 32)),
    after_mode  INTEGER NOT NULL CHECK (after_mode BETWEEN 0 AND 4095),
    after_kind  TEXT    NOT NULL CHECK (after_kind IN ('', 'file', 'symlink')),
    problems    TEXT    NOT NULL CHECK (json_valid(problems)),
    UNIQUE (path_id, validator, version, before_sha, after_sha, before_mode, after_mode, before_kind, after_kind),
    CHECK ((before_kind = '') = (length(before_sha) = 0) AND (after_kind = '') = (length(after_sha) = 0))
) STRICT;

CREATE TABLE follower (
    -- A named place in the feed: change_seq is the cursor up to which everything was acknowledged, 0 for nothing yet.
    -- updated_at is microseconds since the epoch.
    name       TEXT    NOT NULL PRIMARY KEY CHECK (name <> ''),
    change_seq INTEGER NOT NULL CHECK (change_seq >= 0),
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX change_renamed ON change (commit_id, renamed_from) WHERE renamed_from IS NOT NULL;

CREATE TABLE base (
    -- The newest commit of a branch that prune removed, on which those that are kept stand: its number and its name.
    -- act_id is the act that made it: edits of the branch up to there have left, or are about to.
    branch_id INTEGER PRIMARY KEY REFERENCES branch (id),
    n         INTEGER NOT NULL CHECK (n > 0),
    sha256    BLOB    NOT NULL CHECK (length(sha256) = 32),
    act_id    INTEGER NOT NULL CHECK (act_id >= 0)
) STRICT;

CREATE TABLE base_entry (
    -- The tree at the base of a branch: every path that existed there. The changes of later commits go on from it.
    branch_id INTEGER NOT NULL REFERENCES branch (id),
    path_id   INTEGER NOT NULL REFERENCES path (id),
    blob_id   INTEGER NOT NULL REFERENCES blob (id),
    mode      INTEGER NOT NULL CHECK (mode BETWEEN 0 AND 4095),
    kind      TEXT    NOT NULL CHECK (kind IN ('file', 'symlink')),
    PRIMARY KEY (branch_id, path_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE pruned (
    -- One step of a prune, written before its rows left. seq is its link in the audit chain, whose digest covers it.
    -- what commits: row_count commits of a branch, up to its commit number upto; digest is SHA-256 over their names.
    -- what acts: row_count links of the audit chain up to link_seq, and the acts up to number upto; digest is SHA-256
    -- over the digests of the links, and link the last one, from which the chain goes on.
    seq           INTEGER PRIMARY KEY,
    invocation_id INTEGER NOT NULL,
    what          TEXT    NOT NULL CHECK (what IN ('commits', 'acts')),
    branch_id     INTEGER REFERENCES branch (id),
    upto          INTEGER NOT NULL CHECK (upto > 0),
    row_count     INTEGER NOT NULL CHECK (row_count > 0),
    digest        BLOB    NOT NULL CHECK (length(digest) = 32),
    link_seq      INTEGER,
    link          BLOB CHECK (length(link) = 32),
    pruned_at     INTEGER NOT NULL,
    CHECK ((what = 'commits') = (branch_id IS NOT NULL)),
    CHECK ((what = 'acts') = (link_seq IS NOT NULL) AND (what = 'acts') = (link IS NOT NULL))
) STRICT;

CREATE TRIGGER pruned_is_written_once BEFORE UPDATE ON pruned
BEGIN
    SELECT raise(ABORT, 'the record of a prune is never changed');
END;

CREATE TRIGGER pruned_stays BEFORE DELETE ON pruned
BEGIN
    SELECT raise(ABORT, 'the record of a prune is never deleted');
END;

CREATE TRIGGER invocation_stays BEFORE DELETE ON invocation
WHEN old.id > (SELECT coalesce(max(upto), 0) FROM pruned WHERE what = 'acts')
BEGIN
    SELECT raise(ABORT, 'an audit row is never deleted without a record');
END;

CREATE TRIGGER audit_link_stays BEFORE DELETE ON audit_link
WHEN old.seq > (SELECT coalesce(max(link_seq), 0) FROM pruned)
BEGIN
    SELECT raise(ABORT, 'a link of the audit chain is never deleted without a record');
END;

CREATE TRIGGER edit_stays BEFORE DELETE ON edit
WHEN old.invocation_id > coalesce((SELECT act_id FROM base WHERE branch_id = old.branch_id), 0)
BEGIN
    SELECT raise(ABORT, 'an edit that is not older than the base of its branch is never deleted');
END;

CREATE TRIGGER change_stays BEFORE DELETE ON change
WHEN NOT EXISTS (SELECT 1 FROM commits AS k JOIN base AS b ON b.branch_id = k.branch_id
                 WHERE k.id = old.commit_id AND k.n <= b.n)
BEGIN
    SELECT raise(ABORT, 'a change of a commit that is kept is never deleted');
END;

CREATE TRIGGER commits_stay BEFORE DELETE ON commits
WHEN old.n > coalesce((SELECT n FROM base WHERE branch_id = old.branch_id), 0)
BEGIN
    SELECT raise(ABORT, 'a commit is never deleted before it is part of the base of its branch');
END;

CREATE TRIGGER commits_are_written_once BEFORE UPDATE ON commits
WHEN new.parent_id IS NOT NULL
  OR old.n - 1 IS NOT (SELECT n FROM base WHERE branch_id = old.branch_id)
  OR new.id IS NOT old.id OR new.sha256 IS NOT old.sha256 OR new.merged_id IS NOT old.merged_id
  OR new.branch_id IS NOT old.branch_id OR new.n IS NOT old.n OR new.session_id IS NOT old.session_id
  OR new.created_at IS NOT old.created_at OR new.message IS NOT old.message OR new.metadata IS NOT old.metadata
  OR new.files IS NOT old.files OR new.additions IS NOT old.additions OR new.deletions IS NOT old.deletions
  OR new.audit_head IS NOT old.audit_head
BEGIN
    SELECT raise(ABORT, 'a commit is never changed; only the first one that is kept lets go of its parent');
END;

CREATE TABLE shell_run (
    -- One command of a lane, beside its audit row. Written with it before the command starts, completed once at its end.
    -- cwd is the folder it began in, cwd_after the one it left the lane in. stdout_blob and stderr_blob are what was
    -- kept of its output, from the first byte on; stdout_size and stderr_size what it wrote, which is more where
    -- truncated is 1. exit_code is NULL when a signal ended it, or when nobody saw its end; max_rss_bytes is a lower
    -- bound, NULL when it ended before it was looked at. lane_restarted: it took its shell along, and a new one went on.
    invocation_id  INTEGER PRIMARY KEY REFERENCES invocation (id),
    lane           TEXT    NOT NULL,
    command        TEXT    NOT NULL,
    cwd            TEXT    NOT NULL,
    exit_code      INTEGER,
    signal         INTEGER CHECK (signal > 0),
    timed_out      INTEGER CHECK (timed_out IN (0, 1)),
    stdout_blob    INTEGER REFERENCES blob (id),
    stderr_blob    INTEGER REFERENCES blob (id),
    stdout_size    INTEGER CHECK (stdout_size >= 0),
    stderr_size    INTEGER CHECK (stderr_size >= 0),
    truncated      INTEGER CHECK (truncated IN (0, 1)),
    user_cpu_us    INTEGER CHECK (user_cpu_us >= 0),
    system_cpu_us  INTEGER CHECK (system_cpu_us >= 0),
    max_rss_bytes  INTEGER CHECK (max_rss_bytes > 0),
    cwd_after      TEXT,
    lane_restarted INTEGER CHECK (lane_restarted IN (0, 1)),
    CHECK (exit_code IS NULL OR signal IS NULL)
) STRICT;

CREATE TRIGGER shell_run_is_completed_once BEFORE UPDATE ON shell_run
WHEN (SELECT state FROM invocation WHERE id = old.invocation_id) <> 'running'
  OR new.invocation_id IS NOT old.invocation_id OR new.lane IS NOT old.lane OR new.command IS NOT old.command
  OR new.cwd IS NOT old.cwd
BEGIN
    SELECT raise(ABORT, 'what a command was is never changed, and how it ended is told once');
END;

CREATE TRIGGER shell_run_stays BEFORE DELETE ON shell_run
WHEN old.invocation_id > (SELECT coalesce(max(upto), 0) FROM pruned WHERE what = 'acts')
BEGIN
    SELECT raise(ABORT, 'a command is never deleted without a record');
END;

CREATE VIEW audit_shell AS
-- Every command of a lane, refused ones too: the columns of audit, then what it was, how it ended, what it printed and
-- cost. stdout_sha and stderr_sha name what was kept of its output.
SELECT a.*, r.lane, r.command, r.cwd, r.exit_code, r.signal, r.timed_out,
       nullif(lower(hex(x.sha256)), '') AS stdout_sha, nullif(lower(hex(y.sha256)), '') AS stderr_sha,
       r.stdout_size, r.stderr_size, r.truncated, r.user_cpu_us, r.system_cpu_us, r.max_rss_bytes, r.cwd_after,
       r.lane_restarted
FROM shell_run AS r
JOIN audit AS a ON a.invocation_id = r.invocation_id
LEFT JOIN blob AS x ON x.id = r.stdout_blob
LEFT JOIN blob AS y ON y.id = r.stderr_blob;

CREATE VIEW denied AS
-- Every act that was refused, with the rule that refused it and what it was about: a command, an address, a path.
SELECT a.invocation_id, a.session_id, a.kind, a.name, a.rule, a.decision_reason,
       coalesce(r.command, json_extract(a.request, '$.path'), json_extract(a.request, '$.url')) AS target, a.started_at
FROM audit AS a LEFT JOIN shell_run AS r ON r.invocation_id = a.invocation_id
WHERE a.decision = 'deny';

CREATE VIEW slow_invocations AS
-- The acts that are over, the longest first.
SELECT a.invocation_id, a.session_id, a.kind, a.name, a.state, a.duration_us, a.started_at, r.command, r.user_cpu_us,
       r.system_cpu_us, r.max_rss_bytes
FROM audit AS a LEFT JOIN shell_run AS r ON r.invocation_id = a.invocation_id
WHERE a.duration_us IS NOT NULL ORDER BY a.duration_us DESC;

CREATE VIEW audit_daily AS
-- A line a day, kind, name and state: how many acts, how long they took, and what commands among them cost.
SELECT substr(a.started_at, 1, 10) AS day, a.kind, a.name, a.state, count(*) AS acts,
       sum(a.duration_us) AS duration_us_total, max(a.duration_us) AS duration_us_max,
       sum(r.user_cpu_us + r.system_cpu_us) AS cpu_us_total, max(r.max_rss_bytes) AS max_rss_bytes,
       sum(r.stdout_size + r.stderr_size) AS output_bytes
FROM audit AS a LEFT JOIN shell_run AS r ON r.invocation_id = a.invocation_id
GROUP BY day, a.kind, a.name, a.state;

CREATE VIEW storage AS
-- What takes the room: rows and bytes of content of the tables that grow. bytes leaves keys and indexes out.
SELECT 'chunk' AS table_name, count(*) AS row_count, coalesce(sum(length(body)), 0) AS bytes FROM chunk
UNION ALL SELECT 'blob', count(*), coalesce(sum(length(chunks)), 0) + 32 * count(*) FROM blob
UNION ALL SELECT 'patch', count(*), coalesce(sum(length(blocks)), 0) FROM patch
UNION ALL SELECT 'path', count(*), coalesce(sum(length(CAST(name AS BLOB))), 0) FROM path
UNION ALL SELECT 'edit', count(*), 48 * count(*) FROM edit
UNION ALL SELECT 'change', count(*), 48 * count(*) FROM change
UNION ALL SELECT 'commits', count(*), coalesce(sum(length(CAST(message AS BLOB)) + length(CAST(metadata AS BLOB))), 0) FROM commits
UNION ALL SELECT 'invocation', count(*), coalesce(sum(length(CAST(request AS BLOB)) + length(CAST(coalesce(error, '') AS BLOB))), 0) FROM invocation
UNION ALL SELECT 'shell_run', count(*), coalesce(sum(length(CAST(command AS BLOB)) + 64), 0) FROM shell_run
UNION ALL SELECT 'audit_link', count(*), 64 * count(*) FROM audit_link;
