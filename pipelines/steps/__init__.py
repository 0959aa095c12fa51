"""The steps from workbook to figure: pure functions, frames in, frames out, for any number of return sets at once.

Belongs here, in one room per phase (``collect``, ``validate``, ``analyse``; ``design`` for forms that are designed in a
workbook): what is done to numbers, and what they share. Does not belong here: Dagster, paths, the clock, anything
global.
"""
