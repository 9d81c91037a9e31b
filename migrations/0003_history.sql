-- What was published, and the chain that makes the audit tamper-evident.

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

CREATE TRIGGER invocation_stays BEFORE DELETE ON invocation
BEGIN
    SELECT raise(ABORT, 'an audit row is never deleted');
END;

CREATE TRIGGER audit_link_stays BEFORE DELETE ON audit_link
BEGIN
    SELECT raise(ABORT, 'a link of the audit chain is never deleted');
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

CREATE TRIGGER edit_stays BEFORE DELETE ON edit
BEGIN
    SELECT raise(ABORT, 'an edit is never deleted');
END;

CREATE TRIGGER change_stays BEFORE DELETE ON change
BEGIN
    SELECT raise(ABORT, 'a committed change is never deleted');
END;

CREATE TRIGGER commits_are_written_once BEFORE UPDATE ON commits
BEGIN
    SELECT raise(ABORT, 'a commit is never changed');
END;

CREATE TRIGGER commits_stay BEFORE DELETE ON commits
BEGIN
    SELECT raise(ABORT, 'a commit is never deleted');
END;
