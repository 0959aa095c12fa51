"""The desk: the pages on which an officer spends the day, and the one door to Dagster's own pages.

Belongs here: users and what they may do, the server, what stands before every page, and in ``pages`` one module for
each page. Does not belong here: a second pipeline. What a page shows is read from what ``pipelines.store`` published;
what it changes goes through the functions that the command line calls. Who, when and what is kept in a database of the
desk's own, ``desk/`` of the output folder; no number hangs on it.
"""
