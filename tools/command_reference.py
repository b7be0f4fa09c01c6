# SPDX-License-Identifier: Apache-2.0
"""Write docs/reference/command-line.md: what each command's --help prints.

python tools/command_reference.py PATH/TO/ekiben
"""

import os
import pathlib
import re
import subprocess
import sys
from collections.abc import Iterator

PAGE = pathlib.Path(__file__).parent.parent / "docs" / "reference" / "command-line.md"
HEAD = """# Command line

What each command's `--help` prints; `make reference` writes this page. [Exit codes](exit-codes.md)
are the same for all of them, [the configuration](configuration.md) is what `--set` sets.
"""
COMMAND = re.compile(r"^  ([a-z]+)  +[A-Z]")


def help_of(binary: pathlib.Path, words: list[str]) -> str:
    """The text; of a fixed environment, since defaults that come from one are shown."""
    done = subprocess.run(
        [binary, *words, "--help"],
        env={"PATH": os.environ["PATH"], "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def sections(binary: pathlib.Path, words: list[str]) -> Iterator[str]:
    """One for the command, then those of the commands below it, in their order."""
    text = help_of(binary, words)
    yield f"\n## `{' '.join(['ekiben', *words])}`\n\n```text\n{text}\n```\n"
    if "COMMAND" not in text:
        return
    for line in text.partition("Usage:")[2].splitlines():
        if found := COMMAND.match(line):
            yield from sections(binary, [*words, found[1]])


def page(binary: pathlib.Path) -> str:
    return HEAD + "".join(sections(binary, []))


if __name__ == "__main__":
    PAGE.write_text(page(pathlib.Path(sys.argv[1])))
