"""What the releases of communes say of the tables of a batch: their rows, in the place of what makers would make.

Belongs here: which rows of a release belong in which table, and of which communes a table is not made. Does not belong
here: which releases there are (``pipelines.refresh.approving``), opening one (``pipelines.steps.collect.released``).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.collect import released
from schemas.catalogue import CATALOGUE
from schemas.flow import ESTIMATES, Table
from schemas.kept import ESTIMATES_FILE
from schemas.return_sets import ReturnSetKey
from schemas.tables import RELEASED

_SAID = frozenset({"marts", ESTIMATES, *RELEASED}) - {"accepted"}
"""The families of tables of which a release says rows: all frozen ones, the marts, and the estimates, which are below
the sums of the levels above. Of all others that are made of releases too, such as the entries, a commune that sent one
has none."""


class Approvals:
    """The releases of a batch."""

    def __init__(self, approved: pa.Table, content: Callable[[ReturnSetKey, str], bytes]) -> None:
        """Note which there are; none is opened before somebody asks for its rows.

        Args:
            approved: ``schemas.tables.APPROVED``.
            content: Gives the bytes of a file by its name.
        """
        self._approved = {ReturnSetKey(row["period"], row["commune"]): row for row in approved.to_pylist()}
        self._content = content
        self._parts: dict[ReturnSetKey, Mapping[str, Mapping[str, pa.Table]]] = {}

    def made_of(self, table: Table, sets: Sequence[ReturnSetKey]) -> list[ReturnSetKey]:
        """Return the sets whose rows come from received workbooks, not from a release."""
        return [key for key in sets if key not in self._approved or self._by_maker(table, key)]

    def taken(self, table: Table, sets: Sequence[ReturnSetKey]) -> list[ReturnSetKey]:
        """Return the sets whose rows a release supplies."""
        return [key for key in sets if key in self._approved and table.family in _SAID and self._says(table, key)]

    def stays(self, table: Table, sets: Sequence[ReturnSetKey]) -> list[ReturnSetKey]:
        """Return the sets whose rows stay because their release is unusable for the table."""
        rest = {*self.made_of(table, sets), *self.taken(table, sets)}
        return [key for key in sets if key not in rest] if table.family in _SAID else []

    def _refused(self, key: ReturnSetKey) -> set[str]:
        return set(self._approved[key]["refused"].split())

    def _is_usable(self, key: ReturnSetKey) -> bool:
        return bool(self._approved[key]["release"])

    def _says(self, table: Table, key: ReturnSetKey) -> bool:
        if not self._is_usable(key):
            return False
        if table.form is not None:
            return table.form.code not in self._refused(key)
        if table.maker.task == "evaluate":
            return self._refused(key).isdisjoint(_forms_of(table))
        return table.family in ("findings", ESTIMATES) or not self._refused(key)

    def _by_maker(self, table: Table, key: ReturnSetKey) -> bool:
        """Return whether the maker is asked too: for what lies beside a release, and for figures of marts that stay."""
        if table.maker.task == "evaluate":
            return not self._says(table, key)
        return table.family == "findings" and table.form is None

    def rows(self, table: Table, keys: Iterable[ReturnSetKey]) -> pa.Table:
        """Return what releases say of a table."""
        # Only here: it brings pandas, without which a refresh that has nothing to make is three times as quick.
        from pipelines.steps.frames import together
        from pipelines.steps.validate import gate

        if table.family == ESTIMATES:
            said = [self._estimates(key) for key in keys]
        else:
            said = [self._part(table, key) for key in keys]
        if table.family == "marts":
            assert table.form is not None
            said = [gate.readmitted(table.form, one) for one in said]
        return together(said, table.schema)  # findings in a release lack what is asked by who decides

    def _estimates(self, key: ReturnSetKey) -> pa.Table:
        """Return the estimates in the figures of a release, but for forms that are not taken from it."""
        from pipelines.steps.analyse.estimates import as_released  # as in ``rows``

        release = released.opened(self._content(key, self._approved[key]["file"]))
        found = as_released(key, release.beside.get(ESTIMATES_FILE), release.tables["lineage"])
        taken = pa.array(sorted(CATALOGUE.by_code.keys() - self._refused(key)), pa.string())
        return found.filter(pc.is_in(found["form"], taken))

    def _part(self, table: Table, key: ReturnSetKey) -> pa.Table:
        if key not in self._parts:
            self._parts[key] = _parted(released.opened(self._content(key, self._approved[key]["file"])))
        parts = self._parts[key]["accepted" if table.family == "marts" else table.family]
        part = table.form.code if table.form is not None else table.maker.subject
        return parts.get(part, parts[_NONE])


_NONE = "-"
"""The name of the part without rows."""


def _parted(release: released.Released) -> Mapping[str, Mapping[str, pa.Table]]:
    """Return the tables of a release by form or chapter; findings on no form, and statements, under no name."""
    from pipelines.steps.frames import parted  # as in ``Approvals.rows``

    forms = pa.array([form.code for form in CATALOGUE.forms], pa.string())
    figures, lineage, findings = (release.tables[name] for name in ("figures", "lineage", "findings"))
    chapter = figures["chapter"].take(pc.index_in(lineage["figure"], figures["id"]))
    form = pc.if_else(pc.is_in(findings["form"], forms), findings["form"], "")
    by = {
        "figures": parted(figures, "chapter"),
        "lineage": {
            code: part.select(lineage.column_names)
            for code, part in parted(lineage.append_column("chapter", chapter), "chapter").items()
        },
        "findings": {
            code: part.select(findings.column_names)
            for code, part in parted(findings.append_column("of", form), "of").items()
        },
        **{name: parted(release.tables[name], "form") for name in ("outcomes", "accepted")},
        "statements": {"": release.tables["statements"]},
    }
    return {name: {**parts, _NONE: release.tables[name].slice(0, 0)} for name, parts in by.items()}


def _forms_of(table: Table) -> set[str]:
    """Return the codes of the forms of a chapter's table."""
    own = (chapter for chapter in CATALOGUE.chapters if chapter.code == table.maker.subject)
    return {form.code for chapter in own for form in chapter.forms}
