-- What named validators said of single changes.

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
