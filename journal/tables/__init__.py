"""Rows: every table has one home here, and all statements that read or change it stand in that home."""
