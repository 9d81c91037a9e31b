"""Everything that touches the user's files: look, read, publish, take back."""
