-- Work in progress: roots and their branches, sessions, audited acts, and what is staged.

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

-- A journal sees a session for every command that was ever typed; only a living one is looked for.
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

-- A verb that runs is found by its intents, so its row need not enter and leave this index.
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
