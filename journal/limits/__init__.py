"""Every bound and default of the package, each with its unit and its reason."""

from journal.limits.sessions import *  # noqa: F403

PATH_BYTES_MAX = 4096
"""bytes of a whole path: PATH_MAX of Linux, so that every journaled path can be opened again."""

NAME_BYTES_MAX = 255
"""bytes of one component: what ext4, xfs, btrfs and apfs take."""

STREAM_ABOVE = 1 << 20
"""bytes; larger contents go in pieces, so that memory does not grow with the file."""

PIECE_BYTES = 1 << 20
"""bytes a streamed content is read and written by; twice the largest window of the chunker."""

WHOLE_BELOW = 16 << 10
"""bytes; a smaller content is one chunk and never sees the chunker, whose import costs 10 ms."""

CHUNK_MIN, CHUNK_AVG, CHUNK_MAX = 16 << 10, 64 << 10, 256 << 10
"""bytes of a FastCDC chunk: small enough for one-line edits to stay small, large enough for few rows."""

ZSTD_LEVEL = 3
"""level 1 has too small a window for a 1 MB base; level 6 costs three times the time for a tenth of the space."""

DELTA_SHARE_MAX = 0.5
"""a delta is stored when it is at most this share of the plain compressed size."""

DELTA_SKIP_BASE = 4
"""b of the skip chain: generation n is based on n − bᵏ, bᵏ the largest power of b that divides n."""

DELTA_DEPTH_MAX = 24
"""steps from a chunk to its keyframe; a longer chain starts anew, so that any version is read in bounded time."""

ZSTD_COLD_LEVEL = 19
"""level at which an optimization packs: a fortieth smaller than level 12, for a fifth more of the whole time."""

COLD_DEPTH_MAX = 16
"""steps to a keyframe that an optimization makes at most: those that are left are for the versions to come."""

COLD_TRIES = 3
"""chunks that an optimization tries as bases of each one; twice as many save a third of a hundredth."""

COLD_STEP_BYTES = 1 << 20
"""bytes of packed chunks that one transaction of an optimization writes anew, and that it holds at a time."""

SKETCH_LINES = 8
"""lines by which a chunk is remembered to be like another; twice as many save a hundredth."""

SKETCH_ROWS_MAX = 1 << 18
"""rows of remembered lines, some 60 MB; the eldest that no chunk had again are forgotten."""

CHUNK_CACHE_BYTES = 32 << 20
"""bytes of decoded chunks kept for deltas and reading, or a chain is decoded for every write."""

ROWS_BYTES_PER_TX = 8 << 20
"""bytes of chunk bodies in one transaction of a streamed content; a 1 GiB transaction would make a 1 GiB WAL."""

TEXT_SNIFF_BYTES = 8000
"""bytes looked at for a NUL before a content counts as text; git's own figure."""

DIFF_TEXT_MAX = 16 << 20
"""bytes of before and after together; larger contents are told by sizes and digests."""

RENAME_SHARE_MIN = 50
"""percent of the larger content that a path which came must share with one that is gone, to be it renamed: git's."""

RENAME_CANDIDATES_MAX = 1000
"""pairs of contents compared line by line to find renames in one diff; of more only equal contents and chunks tell."""

RENAME_BYTES_MAX = 16 << 20
"""bytes of contents read to find renames in one diff, each content once; some 100 MB while they are compared."""

RENAME_PATHS_MAX = 10_000
"""paths whose names and chunks are compared to find renames in one diff, a tenth of a second; of more only equal
contents tell."""

RENAME_KEPT_MAX = 10_000
"""pairs whose likeness a session remembers, about 2 MB, so that a repeated diff reads no content."""

DIFF_CONTEXT = 3
"""lines of context a unified diff shows around a change."""

PREVIEW_CHARS_MAX = 180
"""characters of FilePatch.preview."""

METADATA_MAX = 64 << 10
"""bytes of metadata as compact JSON on a session, a commit or a batch; larger things are files."""

MESSAGE_BYTES_MAX = 64 << 10
"""bytes of a commit message."""

BATCH_OPERATIONS_MAX = 1_000_000
"""operations of one batch; more belongs in several."""

BUSY_TIMEOUT_S = 5.0
"""seconds a write transaction waits for another process's."""

LEASE_POLL_S = 0.02
"""seconds between two tries for the lease while `wait_s` runs."""

WAL_CHECKPOINT_BYTES = 4 << 20
"""bytes of WAL at which a verb checkpoints when it is done: 64 acts; from then on the WAL is overwritten, not grown."""

WAL_SIZE_LIMIT = 64 << 20
"""bytes the WAL file keeps after a checkpoint; shrinking it costs more than it saves."""

WAL_WARN_BYTES = 256 << 20
"""bytes of a WAL that a reader keeps from being used again, above which that is said in the log: four times what it
keeps otherwise, and more than any transaction of ours."""

CACHE_BYTES = 16 << 20
"""bytes of SQLite's page cache a connection."""

PAGE_BYTES = 2048
"""bytes of a database page: as fast as 4096 and a sixth smaller on disk, by `benchmarks/page_size.py`."""

QUERY_TIMEOUT_S = 30.0
"""seconds a query of the user may run; a longer read transaction keeps the WAL from being reused."""

QUERY_STEPS = 20_000
"""virtual machine steps between two looks at the clock in a user's query."""

ID_PREFIX_MIN = 7
"""characters of a commit prefix; shorter ones are refused, as they stop being unique without notice."""

PAGE_ROWS = 500
"""rows an iterator reads at a time; it holds no read transaction between two pages."""

RACY_WINDOW_NS = 20_000_000
"""nanoseconds; a stat taken sooner after a file's last change does not stand for its content."""

RACY_WINDOW_UNKNOWN_NS = 2_000_000_000
"""nanoseconds, the same on file systems with coarse or unknown time stamps."""

PARENT_RETRIES = 3
"""times a publish makes missing folders again when somebody removes them meanwhile."""

SYNC_FILES_MAX = 64
"""files synced one by one; above that one syncfs a device is cheaper."""

REQUEST_TEXT_MAX = 2000
"""characters of one text kept in an audit row's request; longer ones are cut and say so."""

SQLITE_VERSION_MIN = (3, 45, 0)
"""the SQLite the format is tested with: STRICT, RETURNING, JSON and the WAL fixes it needs are in it."""

LINEAGE_CACHE_ROWS = 4096
"""chunks whose way to their keyframe is remembered while writing."""

EDIT_BYTES_MAX = 64 << 20
"""bytes of a file that `replace` takes into memory."""

FOLDERS_OPEN_MAX = 128
"""folders a verb keeps open at a time; a bigger batch opens them again."""

KNOWN_PATHS_MAX = 50_000
"""paths a session remembers between two verbs; about 30 MB, and a dropped one costs four look-ups."""

DIFF_KEPT_MAX = 10_000
"""patches of the last `diff()` that a session keeps while nothing more is staged; about 8 MB."""

BRANCH_NAME_MAX = 100
"""characters of the name of a branch: a line of a table."""

WHOLE_NUMBER_MAX = (1 << 63) - 1
"""the largest number that a row holds; what a caller counts is refused above it, and not by SQLite."""

PROGRESS_INTERVAL_S = 0.11
"""seconds between two calls of a progress function: at most ten a second, the last one included."""

BACKUP_STEP_PAGES = 4096
"""pages a backup copies between two looks at the clock: 8 MiB, a few milliseconds."""

CHUNKS_PER_TX = 4096
"""chunks of a streamed content in one transaction, when most of them are kept already."""

WORKERS = 4
"""verbs of one session that run side by side when their paths let them, by `benchmarks/threads.py`."""

WORKERS_MAX = 64
"""verbs side by side at most: each may hold a content of limits.STREAM_ABOVE bytes several times over."""

IDLE_CLOSE_S = 0.05
"""seconds without a verb after which rows of acts that are done are closed, for whoever reads the audit."""

IDLE_CHECKPOINT_S = 0.2
"""seconds without a verb after which the WAL is copied into the journal."""

IDLE_SYNC_S = 1.0
"""seconds without a verb after which the root is synced; a mark taken off too soon costs the next write a sync."""

IDLE_STOP_S = 0.1
"""seconds that closing waits for idle work; a root sync that lasts longer goes on alone."""

SYNC_MARKS_MAX = 65
"""marked paths that are listed for a root sync: one more than limits.SYNC_FILES_MAX, and all are synced at once."""

VALIDATOR_TEXT_MAX = 200
"""characters of a validator's name, and of its version: both stand in the row of every verdict."""

PROBLEMS_MAX = 10_000
"""problems taken from one validator; nobody reads more, and an endless one must not hang the commit."""

PROBLEMS_SHOWN = 3
"""problems that an error's message tells; all of them are in `problems`."""

PROBLEM_CHARS_MAX = 200
"""characters of one problem in an error's message."""

VERDICT_BYTES_MAX = 64 << 10
"""bytes of the problems of one path that are remembered; a longer verdict is asked for again."""

VERDICTS_KEPT_MAX = 100_000
"""verdicts that a journal remembers, about 20 MB; the oldest go first, and cost a validator's run each."""

PATCH_BYTES_MAX = 64 << 20
"""bytes of a diff that is applied; it is read as a whole, as is every file that it edits."""

PATCH_PLACES_MAX = 64
"""places of a hunk that are told apart; lines that stand at more of them say nothing of where it belongs."""

PATCH_SCAN_BYTES_MAX = 1 << 28
"""bytes gone through for hunks none of whose lines is rare; beyond them such hunks are refused, 0.1 s later."""

PATCH_DRIFT_LINES_MAX = 400
"""old lines of a hunk that is looked for by likeness."""

PATCH_DRIFTS_LINES_MAX = 10_000
"""old lines of all such hunks of a file; a file that so many do not fit is another file."""

PATCH_MERGE_WORK_MAX = 250_000
"""steps, characters that a hunk takes away times those it puts there, when it is merged letter by letter: 0.1 s."""

PATCH_ANCHORS_MAX = 32
"""lines that are said to stand above one place of a diff: deeper than any nesting that people write."""

PATCH_PARTS_MAX = 1000
"""parts of one diff about one file, such as blocks that replace: each goes through the whole file."""

NEAREST_LINES_MAX = 5
"""lines that an error quotes to show where several places are, or what stands nearest to a text that is nowhere."""

QUOTED_CHARS_MAX = 120
"""characters of a line that an error quotes."""

NEAREST_COMPARED_MAX = 40
"""lines compared letter by letter with a text that is nowhere: the most promising ones, a millisecond each at most."""

NEAREST_HITS_MAX = 500
"""lines that hold one piece of such a text and are looked at; a piece that stands in more says little."""

NEAREST_LOOKS_MAX = 32
"""pieces of such a text that are looked up, each some 5 ms in 10 MB."""

NEAREST_CHARS_MAX = 2000
"""characters of such a text, or of a line of it, that are compared; who wrote more has erred before these end."""

NEAREST_WANTED_MAX = 200
"""lines of such a text that are compared."""

NEAREST_WORK_MAX = 1_000_000
"""steps of comparing letter by letter with lines of a file, half a second; from then on words are compared."""

SIMILARITY_CHARS_MAX = 8000
"""characters of a text, between its ends in common with another, that are compared one by one: 6 ms at the most."""

SIMILARITY_WORK_MAX = 60_000
"""steps, letters of one text times letters of the other, of one comparison letter by letter: 25 ms where nothing is
common; longer texts are compared by words."""

INTRALINE_CHARS_MAX = 2000
"""characters of a line in which changed words are marked; a longer one is marked as a whole."""

INTRALINE_PAIRS_MAX = 500
"""pairs of lines of one change in which words are marked; who reads more looks at no words."""

INTRALINE_PAIR_WORK_MAX = 250_000
"""steps, words of one line times words of the other, for one pair of lines: 0.1 s at the very most."""

INTRALINE_WORK_MAX = 5_000_000
"""steps of pairing lines and marking words in one rendering: some two seconds, and a hundredth of that mostly."""

SIDE_BY_SIDE_WIDTH = 160
"""columns of a diff in two columns: what a wide terminal has."""

SIDE_BY_SIDE_WIDTH_MIN = 40
"""columns; with less than 18 a side, numbers leave no room for text."""

SIDE_BY_SIDE_WIDTH_MAX = 10_000
"""columns; every line is filled up to half of them."""

FOLLOW_POLL_S = 0.05
"""seconds between two looks of a follower where the system does not tell of writes; a look costs 20 µs."""

FOLLOW_POLL_MAX_S = 3600.0
"""seconds; whoever asks for rarer looks gets these, as the system takes no longer time to wait."""

FOLLOW_NET_S = 1.0
"""seconds between two looks where the system does tell, in case that it once does not."""

FOLLOW_STOP_S = 0.1
"""seconds between two questions to `stop`, which cannot wake whoever waits."""

FOLLOW_SETTLE_S = 1.0
"""seconds of short rests after a write was heard: it is heard before it is synced, and seen only after that."""

FOLLOW_REST_S = 0.001
"""seconds of the first of these rests; each is twice as long as the one before."""

FOLLOW_REST_MAX_S = 0.016
"""seconds of the longest of them: a third of the 50 ms in which a commit is to arrive."""

FOLLOW_BURST_S = 0.02
"""seconds in which writes wake a follower once: a session that stages without a pause costs it some 2 % of a core."""

FOLLOWER_NAME_BYTES_MAX = 255
"""bytes of a follower's name: it is a key, and what it stands for is kept elsewhere."""
LISTED_NAMES_MAX = 1_000_000
"""names one walk through a root looks at: as many as a batch has operations, some 300 MB while they are adopted."""

LOG_BRAND_MAX = 64
"""characters of a brand: it stands in every line."""

REPLAY_MARK_BYTES_MAX = 4096
"""bytes of the line that says how far a replay is: two names and a number."""

EXPORT_PIECE_BYTES = 1 << 20
"""bytes that an export gathers before it writes: as many as one write takes well, and two of them are held."""

EXPORT_BATCH_ROWS = 10_000
"""rows of a Parquet file that are held at a time; each becomes a row group."""

RETENTION_ROWS = 2000
"""rows that leave in one transaction of a prune: some 10 ms in which no other process writes."""

GIVE_BACK_PAGES = 2000
"""pages taken off the end of the file in one transaction: 8 MB of WAL and 60 ms, and readers live."""

VERIFY_PAGE_ROWS = 1000
"""rows that a verification reads at a time; acts with long requests make some 3 MB of it."""

VERIFY_CHUNKS = 128
"""chunks read at a time, 32 MB when all of them are as large as they can be and none is compressed."""

VERIFY_UNREAD_PAGES = 10_000
"""pages of chunks that cannot be read, and are looked at chunk by chunk, before the others are given up."""

VERIFY_CACHE_BYTES = 64 << 20
"""bytes of decoded chunks that a verification remembers: bases of deltas, and pieces of a file of many versions."""

VERIFY_PATCHES = 100
"""remembered diffs that are computed again, a tenth of a second or so; the same ones each time."""

VERIFY_PATCH_BYTES_MAX = 1 << 20
"""bytes of the two contents of such a diff together; larger ones are left out of the sample."""

VERIFY_NAMED_MAX = 20
"""contents that cannot be read and are told with their paths; each costs a walk through the history."""

FINDINGS_PER_CODE_MAX = 1000
"""findings of one code that are listed; from then on they are counted, as a torn file may have millions."""

DENSE_NUMBERS_MAX = 1 << 27
"""numbers of acts that are kept track of by a byte each, 128 MB at most; no journal has come near that."""

SALVAGE_BLOCK_BYTES = 1 << 20
"""bytes of a damaged file that are read at once: whole pages, whatever their size."""

SALVAGE_BLOCKS = 32
"""blocks of them that are kept, 32 MB: a row goes on at pages that lie near it."""

SALVAGE_ROW_BYTES_MAX = 64 << 20
"""bytes of a row that a damaged file may claim; the list of chunks of a content of 1 TB has as many."""

SALVAGE_LOST_MAX = 1000
"""entries of what was lost that a report lists; the others are counted."""

SALVAGE_FINDINGS_MAX = 100
"""findings about damaged pages and rows that a report lists; the others are counted."""

SALVAGE_TX_BYTES = 32 << 20
"""bytes of contents that go into a salvaged journal in one transaction."""

SALVAGE_DOUBTED_MAX = 10_000
"""rows of doubtful place that wait until the sure ones are in, 40 MB where each is a large chunk."""

SALVAGE_GUESSES_MAX = 64
"""ways to put a damaged commit together that are tried, each a hash over all it says."""

SALVAGE_HEADS = 4096
"""heads of rows whose meaning is remembered, 2 MB: nearly all rows of a table have one of a few hundred."""
