"""What the README shows as the project's own output is what the project puts out."""

import re
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).parents[2]
RETURNS = Path(sys.executable).parent / "returns"


def test_table_of_statements_is_the_one_the_command_prints(tmp_path: Path) -> None:
    def run(*words: str) -> str:
        command = [str(RETURNS), *words, "--raw", str(TOP / "raw"), "--data", str(tmp_path)]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300).stdout

    run("refresh")
    shown = re.search(
        r"<!-- statements by chapter -->\n(.*?)<!-- end -->", (TOP / "README.md").read_text("utf-8"), re.DOTALL
    )
    assert shown is not None
    assert shown[1] == run("statements", "--by-chapter")
