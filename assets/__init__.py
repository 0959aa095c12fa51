"""The Dagster assets: what a refresh brings up to date, and what is made on demand. Thin wrappers of what does it.

Belongs here: keys, dependencies, descriptions, checks, metadata. Does not belong here: any computation.
No module here may use ``from __future__ import annotations``: Dagster reads the annotations as objects.
"""

import warnings

import dagster as dg

from pipelines.orchestration.resources import use_designs

# Backfill policies are in beta and partitioned checks in preview; the version is pinned,
# so nobody needs to hear it each time.
for _notice in (dg.BetaWarning, dg.PreviewWarning):
    warnings.filterwarnings("ignore", category=_notice)

# Before anything asks which forms there are: there is an asset for every table of theirs.
use_designs()
