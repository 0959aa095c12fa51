"""What people and other programs are shown of the published tables.

Belongs here: wording and drawing. Does not belong here: computing anything.
"""
