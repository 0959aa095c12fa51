"""Figures on documents issued (plan P1.I)."""

from schemas.figure import Chapter, printed_at, summed
from schemas.forms.v01_documents import IssuedDocuments

CHAPTER = Chapter(
    "office",
    "Văn bản ban hành",
    (
        *printed_at(
            "P1.I",
            summed(IssuedDocuments.total, "docs.issued.total"),
            summed(IssuedDocuments.reports, "docs.issued.reports"),
            summed(IssuedDocuments.decisions, "docs.issued.decisions"),
            summed(IssuedDocuments.proposals, "docs.issued.proposals"),
            summed(IssuedDocuments.plans, "docs.issued.plans"),
            summed(IssuedDocuments.official_letters, "docs.issued.official_letters"),
            summed(IssuedDocuments.guidance, "docs.issued.guidance"),
            summed(IssuedDocuments.notices, "docs.issued.notices"),
            summed(IssuedDocuments.programmes, "docs.issued.programmes"),
            summed(IssuedDocuments.launches, "docs.issued.launches"),
            summed(IssuedDocuments.directives, "docs.issued.directives"),
            summed(IssuedDocuments.schemes, "docs.issued.schemes"),
        ),
    ),
)
