"""From entries to findings: what holds, what does not, which cell is probably wrong, what may enter.

Belongs here: pure functions. Does not belong here: any particular rule (``schemas``).
"""
