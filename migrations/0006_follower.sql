-- Who follows the committed changes, and how far they have come.

CREATE TABLE follower (
    -- A named place in the feed: change_seq is the cursor up to which everything was acknowledged, 0 for nothing yet.
    -- updated_at is microseconds since the epoch.
    name       TEXT    NOT NULL PRIMARY KEY CHECK (name <> ''),
    change_seq INTEGER NOT NULL CHECK (change_seq >= 0),
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
