"""Contents and paths as values: bytes in, bytes out, without a look at disk, clock or environment."""
