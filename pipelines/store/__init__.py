"""All that lies on disk: the raw folder, the tables and their state, the archive, ledgers, releases.

Belongs here: every read and every write of a file that is kept. Does not belong here: what is in a table (``schemas``),
how it is made (``pipelines.steps``), when (``pipelines.refresh``).
"""
