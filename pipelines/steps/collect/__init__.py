"""From files to entries: GSBPM's phase «collect».

Belongs here: pure functions that read bytes, locate labels and type cells. Does not belong here: rules.
"""
