"""What the Bank for Social Policies fills in."""

from raw.first_returns.common import Filled, as_printed, place


def answers() -> dict[str, Filled]:
    """Return the bank's answers."""
    note = f"{place('II.1.e')}; tính đến 22/4/2024"
    return {"policy_bank": as_printed("P01", {"outstanding": "credit.policy_bank.outstanding"}, note)}
