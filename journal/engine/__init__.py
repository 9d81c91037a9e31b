"""The verbs: each begins its transactions, and tells its steps in the order of the disk."""
