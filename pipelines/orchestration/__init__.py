"""Dagster's nouns: jobs, partitions, resources, checks, metadata, runs.

Belongs here: turning our words into Dagster's. Does not belong here: any computation (``pipelines.refresh``).
"""
