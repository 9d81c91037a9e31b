"""The bounds of sessions in an event loop, and of what their commands print."""

OUTPUT_HELD_S = 0.25
"""seconds that output of a command is held before it is stored; a full chunk of it goes at once."""

QUEUE_MAX = 1000
"""calls of a session that wait for their turn or a place: some 3 MB of them, and seconds until the last one is made."""

ADAPT_CALLS = 16
"""calls after which a pool that follows the load looks again, so that one slow call does not decide."""

ADAPT_GAIN = 0.02
"""share by which more must get done for a pool to go on growing, and may be less for it to go on shrinking."""

ADAPT_RSS_BYTES = 192 << 20
"""bytes of memory in use from which on such a pool only shrinks: three quarters of what a session should take."""
