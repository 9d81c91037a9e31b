-- Shell commands: what each was, how it ended, what it printed and what it cost.

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

DROP VIEW storage;
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
