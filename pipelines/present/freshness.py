"""Who has not sent yet, once the returns of a period are due.

Belongs here: that question, and its answer in one sentence. Does not belong here: when a period is due
(``schemas.periods``), who was to send what (findings H-01 say it), Dagster (``pipelines.orchestration.checks``).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipelines.store import published
from pipelines.store.raw import Raw, ReturnSetKey
from pipelines.store.tables import Store
from schemas.periods import Period
from schemas.places import Places
from schemas.problems import Problems


@dataclass(frozen=True)
class Overdue:
    """A return set that is due and not complete."""

    key: ReturnSetKey
    commune: str
    """Its name, as a message prints it."""
    due: date
    missing: Mapping[str, tuple[str, ...]]
    """Name of each reporter, and the codes of the forms that have not come."""

    @property
    def sentence(self) -> str:
        """What is late, since when, and whom to ask."""
        named = "; ".join(f"{reporter} ({', '.join(forms)})" for reporter, forms in self.missing.items())
        return (
            f"{self.commune}, kỳ {self.key.period}: hạn {self.due:%d/%m/%Y}, "
            f"còn thiếu {len(self.missing)} đơn vị: {named}. Liên hệ để nhận báo cáo."
        )


def overdue(key: ReturnSetKey, findings: Iterable[Mapping[str, Any]], places: Places, today: date) -> Overdue | None:
    """Return what of a return set is late on a day; nothing before it is due, or where all have sent.

    Args:
        key: The return set.
        findings: ``schemas.tables.FINDINGS`` of it.
        places: For the names of reporters.
        today: The day.
    """
    due = Period.parse(key.period).due
    if today <= due:
        return None
    missing: dict[str, list[str]] = {}
    for row in findings:
        if row["code"] == Problems.NOT_SENT.value.code:
            missing.setdefault(places.title(key.commune, row["reporter"]), []).append(row["form"])
    if not missing:
        return None
    forms = {reporter: tuple(codes) for reporter, codes in sorted(missing.items())}
    return Overdue(key, places.territory(key.commune), due, forms)


def all_overdue(raw: Raw, store: Store, today: date) -> list[Overdue]:
    """Return what is late on a day of every return set that has been read."""
    keys = [ReturnSetKey(*pair) for pair in published.checked_sets(store)]
    late = (overdue(key, published.findings(store, *key.pair), raw.places, today) for key in keys)
    return [one for one in late if one is not None]
