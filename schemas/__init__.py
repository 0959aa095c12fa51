"""What the data must be: forms, edits, figures, units, places.

Belongs here: declarations, and the small pure classes they are made of.
Does not belong here: reading or writing anything, Dagster, how a rule is applied to a workbook (``pipelines.steps``).
"""
