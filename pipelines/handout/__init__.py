"""What is handed out to those who report: blank forms, aids in them, what each of them owes.

Belongs here: making workbooks to fill in. Does not belong here: reading them back.
"""
