"""Design workbooks: forms, rules, figures and units written by a person who knows the form and does not program.

Belongs here: what a design workbook asks for (``sheets``), how formulas and rules are written (``notation``), what can
be wrong with a design (``faults``). Does not belong here: cells and rows (``pipelines.steps.design``), how the workbook
looks (``pipelines.handout.design``), any particular form.
"""
