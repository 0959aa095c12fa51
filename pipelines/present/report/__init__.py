"""The report of a return set: the annex to the plan, as a Word document and as a workbook.

Belongs here: what the two say and how they look. Does not belong here: computing a figure (``pipelines.steps``),
reading and writing tables or files (``pipelines.refresh.presenting``).
"""
