"""Figures on documents issued (plan P1.I)."""

from schemas.figure import Chapter, fields_of
from schemas.forms.v01_documents import IssuedDocuments

CHAPTER = Chapter("office", "Văn bản ban hành", tuple(fields_of(IssuedDocuments)))
