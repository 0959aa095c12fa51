"""The loaded Dagster definitions, and what tests ask of them."""

from functools import cache

import dagster as dg

from pipelines.definitions import defs

__all__ = ["checks", "defs", "specs"]


@cache
def specs() -> dict[str, dg.AssetSpec]:
    """Every asset by its key."""
    return {spec.key.to_user_string(): spec for spec in defs.resolve_all_asset_specs()}


@cache
def checks() -> dict[str, dg.AssetCheckSpec]:
    """Every check by its asset's key and its name."""
    graph = defs.resolve_asset_graph()
    found = [graph.get_check_spec(key) for key in graph.asset_check_keys]
    return {f"{spec.asset_key.to_user_string()}:{spec.name}": spec for spec in found}
