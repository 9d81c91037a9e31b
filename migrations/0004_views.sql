-- The analysts' contract: columns keep their name, order and meaning; more may follow at the end.

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
UNION ALL SELECT 'audit_link', count(*), 64 * count(*) FROM audit_link;
