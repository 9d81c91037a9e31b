"""What `spool demo` asks its own journal at the end: a sentence, and the SQL that answers it."""

CHANGED_MOST = (
    "Which files changed most?",
    """\
SELECT path, count(*) AS commits, count(DISTINCT invocation_id) AS acts,
       sum(coalesce(size_after, 0) - coalesce(size_before, 0)) AS grew_by
FROM history
GROUP BY path
ORDER BY commits DESC, path
LIMIT 5""",
)

KILLED_DID = (
    "What had the two killed processes done?",
    """\
SELECT audit.session_id, audit.name, audit.state, count(*) AS edits,
       count(file_history.commit_id) AS published, audit.error
FROM audit JOIN file_history ON file_history.invocation_id = audit.invocation_id
WHERE audit.session_id LIKE 'worker-%'
GROUP BY audit.invocation_id
ORDER BY audit.invocation_id""",
)

COMMITS_COST = (
    "What did each commit cost?",
    """\
SELECT substr(commit_id, 1, 12) AS commit_id, message, count(*) AS files,
       sum(coalesce(size_after, 0)) AS bytes,
       count(DISTINCT invocation_id) AS acts,
       (SELECT round(sum(duration_us) / 1000.0, 1) FROM audit WHERE invocation_id IN
           (SELECT invocation_id FROM history AS own WHERE own.commit_id = history.commit_id)
       ) AS staging_ms
FROM history
GROUP BY history.commit_id
ORDER BY min(cursor)""",
)
