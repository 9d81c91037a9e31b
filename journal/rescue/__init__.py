"""Looking at journals that may be damaged; what it mends it mends in copies."""
