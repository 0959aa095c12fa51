"""Blank forms to hand out: who owes which forms, what each reporter sent last, one workbook per reporter.

Belongs here: gathering what goes into a workbook to send out, and writing the files. Does not belong here: how such a
workbook looks (``pipelines.handout.layout``, ``pipelines.handout.aids``).

Forms are handed out before a period's folder exists in the raw folder, so a period here is any that can be named.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pipelines.handout.aids import Aids, Previous, PreviousLine
from pipelines.handout.layout import workbook
from pipelines.store import published
from pipelines.store.archive import WORKBOOK
from pipelines.store.files import write_whole
from pipelines.store.raw import Raw
from pipelines.store.tables import Store
from schemas.catalogue import CATALOGUE
from schemas.fields import LINE_NAME
from schemas.form import Form
from schemas.periods import Period
from schemas.places.place import Place
from schemas.return_sets import ReturnSetKey
from schemas.sentences import SentenceError

Forms = tuple[type[Form], ...]


class HandoutError(SentenceError):
    """Forms that cannot be handed out; the message is the sentence for the officer."""


@dataclass(frozen=True)
class Handout:
    """The blank forms of one commune and period."""

    raw: Raw
    store: Store
    key: ReturnSetKey

    @property
    def period(self) -> Period:
        """The period to report on."""
        return Period.parse(self.key.period)

    @property
    def commune(self) -> Place:
        """The commune that reports.

        Raises:
            HandoutError: There is no such commune, or none any more.
        """
        place = self.raw.places.commune(self.key.commune)
        if place is None:
            raise HandoutError(f"Không có xã nào mang mã «{self.key.commune}» trong danh mục địa bàn.")
        if not place.existed_in(self.period):
            after = f" Nay là {self.raw.places.territory(place.successor)}." if place.successor else ""
            raise HandoutError(f"{place.title} không báo cáo kỳ {self.period.title}.{after}")
        return place

    def owed(self) -> dict[Place, Forms]:
        """Return every reporter with the forms it owes, in the order of the forms.

        Raises:
            HandoutError: The commune has no form that is asked for such a period.
        """
        kinds = self.raw.places.kinds_of(self.commune.code)
        if not kinds and self.commune.packs:
            packs = ", ".join(f"«{pack}»" for pack in self.commune.packs)
            raise HandoutError(
                f"{self.commune.title} chưa có biểu nào để phát: các gói {packs} ở places.csv chưa có biểu đang dùng. "
                "Thiết kế nào còn lỗi thì xem bằng: returns design status"
            )
        if self.period.kind not in kinds:
            known = ", ".join(kind.label for kind in kinds) or "không kỳ nào"
            raise HandoutError(
                f"{self.commune.title} không có biểu nào gửi theo kỳ {self.period.title}; có biểu gửi theo: {known}."
            )
        places, commune = self.raw.places, self.commune.code
        found: dict[Place, Forms] = {}
        for form in CATALOGUE.forms:
            for place in self.reporters(form) if places.expects(commune, form.code, self.period) else ():
                found[place] = (*found.get(place, ()), form.in_force(self.period))
        return found

    @property
    def forms(self) -> Mapping[str, type[Form]]:
        """The forms of the commune's packs as they are asked in the period, by code."""
        own = CATALOGUE.of(self.raw.places.packs_of(self.commune.code)).by_code
        return {code: form.in_force(self.period) for code, form in own.items()}

    def reporters(self, form: type[Form]) -> tuple[Place, ...]:
        """Return who reports a form."""
        return self.raw.places.reporters(self.commune.code, form.reporter_kind, self.period)

    def refuse_absent(self, reporter: str) -> None:
        """Stop where there is a reporter of that code, but none in the period.

        Raises:
            HandoutError: It was no more then, or not yet.
        """
        absent = self.raw.places.absent(self.commune.code, reporter, self.period)
        if absent is not None:
            when = absent.reports(self.period)
            raise HandoutError(f"{absent.title} chỉ báo cáo {when}, nên không có biểu trống kỳ {self.period.title}.")

    def due(self, form: type[Form]) -> date:
        """Return the last day on which a return of a form is in time."""
        return self.raw.places.due(self.commune.code, form.code, form.due_after, self.period)

    def workbook(self, reporter: Place, forms: Iterable[type[Form]]) -> bytes:
        """Return the workbook for one reporter to fill in.

        Raises:
            HandoutError: A form is not asked for such a period.
        """
        forms = tuple(forms)
        for form in forms:
            if not self.raw.places.asks(form.code, self.period):
                known = ", ".join(kind.label for kind in form.periods)
                raise HandoutError(f"Biểu {form.code} không gửi theo kỳ {self.period.title} mà theo: {known}.")
        last = {form.code: self.previous(reporter, form) for form in forms}
        return workbook(
            forms,
            period=self.period,
            commune=self.commune.name,
            reporter=reporter.title,
            aids=Aids(
                {code: previous for code, previous in last.items() if previous is not None},
                {form.code: self.due(form) for form in forms},
            ),
        )

    def previous(self, reporter: Place, form: type[Form]) -> Previous | None:
        """Return what was accepted from a reporter in the same period of last year, or the latest before of its kind.

        Of a village into which others have been merged since, it is what all of them had: it is held against that.
        Nothing where nothing was ever accepted, or all of it blank.
        """
        rows = self._accepted(reporter, form)
        periods = {Period.parse(row["period"]) for row in rows}
        earlier = {one for one in periods if one < self.period and one.kind is self.period.kind}
        if not earlier:
            return None
        last_year = self.period.last_year
        period = last_year if last_year in earlier else max(earlier)
        lines: dict[str, PreviousLine] = {}
        for row in (row for row in rows if row["period"] == period.code):
            values = {name: value for name in form.fields() if (value := _then(form, name, period, row)) is not None}
            if values:
                lines[row["line"]] = PreviousLine(row.get(LINE_NAME) or "", values)
        return Previous(period, lines) if lines else None

    def _accepted(self, reporter: Place, form: type[Form]) -> Sequence[Mapping[str, Any]]:
        """Return the records that were ever accepted from a reporter, as if it had been as large then as it is now."""
        places, commune = self.raw.places, self.key.commune
        if not places.taken_in(commune, self.period).get(reporter.code):
            return published.accepted(self.store, form.domain, commune, reporter.code)
        # Hardly any reporter needs what this brings along.
        from pipelines.steps.frames import to_frame, to_table
        from pipelines.steps.validate.taken_in import of_as_much

        whole = form.whole
        frame = to_frame(published.each_accepted(self.store, form.domain, commune), whole.arrow())
        records = of_as_much(whole, frame, [self.key], places).records
        rows = to_table(records[(records["reporter"] == reporter.code).to_numpy()], whole.arrow()).to_pylist()
        return [dict(row) for row in rows]

    def write(self, files: Mapping[Path, bytes], *, overwrite: bool) -> None:
        """Write workbooks: none at all where one of them may not be written.

        Raises:
            HandoutError: A file is there already, or would lie in the raw folder, where it would pass for a return.
        """
        for path in files:
            if path.resolve().is_relative_to(self.raw.root.resolve()):
                raise HandoutError(
                    f"{path} nằm trong thư mục báo cáo nhận về; biểu trống ở đó sẽ bị coi là báo cáo. Chọn nơi khác."
                )
        there = [path for path in files if path.exists()]
        if there and not overwrite:
            more = f" và {len(there) - 1} tệp nữa" if len(there) > 1 else ""
            raise HandoutError(f"Đã có {there[0]}{more}. Chọn nơi khác bằng --output, hoặc ghi đè bằng --overwrite.")
        for path, content in files.items():
            write_whole(path, content)


def _then(form: type[Form], name: str, period: Period, row: Mapping[str, Any]) -> Any:
    """Return what an accepted row of a period says of a field, perhaps in others of which it is the sum."""
    # A form may ask for more than it did when the table was written.
    given = [row.get(one) for one in form.continued(name, form.in_force(period).version)]
    return sum(given) if given and None not in given else None


def file_name(reporter: Place) -> str:
    """Return what a reporter's workbook is called."""
    return f"{reporter.code}{WORKBOOK}"
