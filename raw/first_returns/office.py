"""What the office fills in: documents by type as printed; their sum stands for the total, which the plan misprints."""

from raw.first_returns.common import Filled, as_printed, place, printed, summed

_TYPES = (
    "reports",
    "decisions",
    "proposals",
    "plans",
    "official_letters",
    "guidance",
    "notices",
    "programmes",
    "launches",
    "directives",
    "schemes",
)


def answers() -> dict[str, Filled]:
    """Return the office's answers."""
    filled = as_printed("V01", {name: f"docs.issued.{name}" for name in _TYPES}, place("I"))
    total = printed()["docs.issued.total"]
    note = f"Cộng {len(_TYPES)} loại văn bản kế hoạch in; tổng số in là {total}, thừa một chữ số so với số cộng"
    filled["V01", "", "total"] = summed(filled, "V01", _TYPES, note)
    return {"office": filled}
