"""The pages, one module each, and their addresses.

Belongs here: what is asked and shown. Does not belong here: doing it, which is for a function that the command line
calls too or for a module of ``pipelines.desk``.
"""
