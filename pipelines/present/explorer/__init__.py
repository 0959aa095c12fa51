"""The explorer: a static site over one return set, in which every printed number leads to its cells.

Belongs here: what each page shows (``pages``, ``sheets``), its HTML (``render``, ``bars``, templates), where it lies
(``addresses``), and the files with their keys (``site``). Does not belong here: reading and writing files
(``pipelines.refresh``), any number or label of its own: both come from ``pipelines.present.plan``.
"""
