"""The Dagster assets, one module per layer: thin wrappers of ``pipelines.refresh.layers``.

Belongs here: keys, dependencies, descriptions, checks, metadata. Does not belong here: any computation.
No module here may use ``from __future__ import annotations``: Dagster reads the annotations as objects.
"""

import warnings

import dagster as dg

# Backfill policies are in beta and partitioned checks in preview; the version is pinned,
# so nobody needs to hear it each time.
for _notice in (dg.BetaWarning, dg.PreviewWarning):
    warnings.filterwarnings("ignore", category=_notice)
