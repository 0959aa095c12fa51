"""The steps by which the database of the desk came to be as its models say.

Belongs here: what `makemigrations` writes, and what a database must know beyond it. Does not belong here: more.
"""
