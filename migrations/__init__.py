"""The schema of the journal file, one numbered script a step."""
