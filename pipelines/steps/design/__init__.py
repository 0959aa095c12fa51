"""Reading design workbooks: cells to rows, rows to forms, figures and units or to faults, and those to findings.

Belongs here: pure functions on what was read. Does not belong here: the words on the sheets and the notation
(``schemas.design``), writing a workbook (``pipelines.handout.design``).
"""
