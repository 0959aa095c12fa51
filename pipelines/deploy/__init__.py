"""An office server: the desk and Dagster as services of a machine of their own, behind nginx, with PostgreSQL.

Belongs here: what the services are, rendered as files of systemd, nginx and Dagster; putting these in place and taking
them away. Does not belong here: what systemd, nginx and PostgreSQL do themselves, such as users, folders, sandboxes,
TLS, rotation of logs; what the services serve.
"""
