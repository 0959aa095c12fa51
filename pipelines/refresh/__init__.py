"""What is stale, and the work of one batch: from raw files to published tables.

Belongs here: joining store and steps. Does not belong here: Dagster, rules, formats.
"""
