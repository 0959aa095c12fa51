"""Writes the message catalogues anew."""

from pipelines.cli.locale import main

main()
