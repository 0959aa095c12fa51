"""What the README shows as the project's own output is what the project puts out."""

import re

from tests.end_to_end.office import HELD, PROJECT, Office


def test_table_of_statements_is_the_one_the_command_prints(refreshed: Office) -> None:
    shown = re.search(
        r"<!-- statements by chapter -->\n(.*?)<!-- end -->", (PROJECT / "README.md").read_text("utf-8"), re.DOTALL
    )
    assert shown is not None
    # The plan contradicts itself in places, and that is what the exit code says.
    assert shown[1] == refreshed.run("statements", "--by-chapter", expect=HELD)
