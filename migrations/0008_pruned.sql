-- What left a journal by prune, and what stands in its place.

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

DROP TRIGGER invocation_stays;
CREATE TRIGGER invocation_stays BEFORE DELETE ON invocation
WHEN old.id > (SELECT coalesce(max(upto), 0) FROM pruned WHERE what = 'acts')
BEGIN
    SELECT raise(ABORT, 'an audit row is never deleted without a record');
END;

DROP TRIGGER audit_link_stays;
CREATE TRIGGER audit_link_stays BEFORE DELETE ON audit_link
WHEN old.seq > (SELECT coalesce(max(link_seq), 0) FROM pruned)
BEGIN
    SELECT raise(ABORT, 'a link of the audit chain is never deleted without a record');
END;

DROP TRIGGER edit_stays;
CREATE TRIGGER edit_stays BEFORE DELETE ON edit
WHEN old.invocation_id > coalesce((SELECT act_id FROM base WHERE branch_id = old.branch_id), 0)
BEGIN
    SELECT raise(ABORT, 'an edit that is not older than the base of its branch is never deleted');
END;

DROP TRIGGER change_stays;
CREATE TRIGGER change_stays BEFORE DELETE ON change
WHEN NOT EXISTS (SELECT 1 FROM commits AS k JOIN base AS b ON b.branch_id = k.branch_id
                 WHERE k.id = old.commit_id AND k.n <= b.n)
BEGIN
    SELECT raise(ABORT, 'a change of a commit that is kept is never deleted');
END;

DROP TRIGGER commits_stay;
CREATE TRIGGER commits_stay BEFORE DELETE ON commits
WHEN old.n > coalesce((SELECT n FROM base WHERE branch_id = old.branch_id), 0)
BEGIN
    SELECT raise(ABORT, 'a commit is never deleted before it is part of the base of its branch');
END;

DROP TRIGGER commits_are_written_once;
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
