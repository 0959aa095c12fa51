"""The explorer: a static site over one return set, in which every printed number leads to its cells.

Belongs here: what the pages say (``pages``, ``sheets``), their charts, words and templates. Does not belong here:
reading and writing files (``pipelines.refresh.layers``), any number or label of its own: both come from the published
tables and the declarations they were made by.
"""
