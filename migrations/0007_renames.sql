-- What became of a path that a commit renamed, found from its old name: readers of the feed ask of every deletion.
CREATE INDEX change_renamed ON change (commit_id, renamed_from) WHERE renamed_from IS NOT NULL;
