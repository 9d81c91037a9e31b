"""Ends the process, the disk or the peace at every step of every verb, and looks at what is left."""
