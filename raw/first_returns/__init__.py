"""The returns of Hữu Kiên for 2024-H1 as first received, and how each number in them came about."""
