"""How returns become figures, and how that is run.

Belongs here: the pure steps (``pipelines.steps``), storage, the Dagster wiring, the command line.
Does not belong here: what a form, an edit or a figure is (``schemas``), the assets themselves (``assets``).
"""
