"""The Dagster assets, one module per layer: thin wrappers of ``pipelines.layers``.

Belongs here: keys, dependencies, descriptions, checks, metadata. Does not belong here: any computation.
No module here may use ``from __future__ import annotations``: Dagster reads the annotations as objects.
"""
