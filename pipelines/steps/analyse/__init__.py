"""From accepted records to figures, lineage and statements: GSBPM's phase «analyse».

Belongs here: pure functions. Does not belong here: any particular figure (``schemas.figures``).
"""
