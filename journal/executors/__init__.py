"""What awaits: the engine as an event loop calls it."""
