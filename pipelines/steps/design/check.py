"""Design workbooks to a design, and what is wrong with them as findings.

Belongs here: the one way from bytes to a design. Does not belong here: where the workbooks lie, and what is in use.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.steps.collect.raw_file import RawFile
from pipelines.steps.collect.read import read
from pipelines.steps.design.build import design_of
from pipelines.steps.design.rows import Fault, Told, rows_of
from schemas.design.parts import Design, Known
from schemas.outcomes import Severity
from schemas.tables import FINDINGS


@dataclass(frozen=True)
class Checked:
    """What workbooks say, and what is wrong with them.

    Args:
        design: What they say; to be used only where it is ``sound``.
        findings: ``schemas.tables.FINDINGS``, in the order of the files and sheets; those of warnings among them.
    """

    design: Design
    findings: tuple[Mapping[str, str], ...]

    @property
    def sound(self) -> bool:
        """Whether no finding is an error."""
        return all(finding["severity"] != Severity.ERROR for finding in self.findings)


def checked(workbooks: Mapping[str, bytes], known: Known) -> Checked:
    """Read design workbooks together: a rule of one may name a form of another.

    Args:
        workbooks: Contents by name.
        known: What is in use.
    """
    reading = read(RawFile("", "", name, content) for name, content in workbooks.items())
    rows, faults = rows_of(reading.files, reading.cells)
    told = Told(list(faults))
    design = design_of(rows, known, told)
    return Checked(design, tuple(map(finding, told.faults)))


def finding(fault: Fault) -> Mapping[str, str]:
    """Return a fault as a row of ``schemas.tables.FINDINGS``."""
    return {
        **dict.fromkeys(FINDINGS.names, ""),
        "code": fault.problem.code,
        "severity": fault.problem.severity,
        "status": fault.problem.status,
        "file": fault.file,
        "sheet": fault.sheet,
        "cells": fault.cells,
        "written": fault.written,
        "expected": fault.expected,
        "message": fault.message,
    }
