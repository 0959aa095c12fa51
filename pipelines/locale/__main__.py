"""Writes the message catalogues anew."""

from pipelines.locale import main

main()
