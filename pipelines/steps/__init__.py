"""The steps from workbook to figure: pure functions, frames in, frames out, for any number of return sets at once.

Does not belong here: Dagster, paths, the clock, anything global.
"""
