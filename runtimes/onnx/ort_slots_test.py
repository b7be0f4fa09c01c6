# SPDX-License-Identifier: Apache-2.0
"""Compares the slots of ort_api.h with the Rust binding of ONNX Runtime (the package `ort-sys`).

    python3 ort_slots_test.py BUILD_FOLDER

The binding was made from ONNX Runtime's own header, apart from ours. Its source is fetched once, by
cargo, into BUILD_FOLDER.
"""

import pathlib
import re
import subprocess
import sys
import unittest

VERSION = "2.0.0-rc.15"
MANIFEST = f"""[package]
name = "slots"
version = "0.0.0"
edition = "2021"

[lib]
path = "lib.rs"

[dependencies]
ort-sys = {{ version = "={VERSION}", default-features = false }}
"""
HEADER = pathlib.Path(__file__).parent / "ort_api.h"
# The first slot that version 17 of the table does not have any more.
FIRST_AFTER_17 = "SessionOptionsAppendExecutionProvider_VitisAI"


def fetch(folder: pathlib.Path) -> str:
    """The binding's source, fetched unless it is there."""
    source = folder / "vendor" / "ort-sys" / "src" / "lib.rs"
    if not source.exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "Cargo.toml").write_text(MANIFEST)
        (folder / "lib.rs").touch()
        subprocess.run(
            ["cargo", "vendor", "--quiet"], cwd=folder, check=True, stdout=subprocess.DEVNULL
        )
    return source.read_text()


def slots_of_binding(source: str) -> list[str]:
    """The names of the members of `struct OrtApi`, in their order.

    Members that WebAssembly has in another form are there twice; one of the two is left out.
    """
    body = source[source.index("pub struct OrtApi {") :]
    body = body[: body.index("\n}")]
    names, skip = [], False
    for line in body.splitlines():
        if re.match(r'\t#\[cfg\(all\(target_family = "wasm"', line):
            skip = True
        elif member := re.match(r"\tpub (\w+):", line):
            if not skip:
                names.append(member[1])
            skip = False
    return names


def slots_of_header(text: str, table: str) -> dict[str, int]:
    """The names and numbers of one of the header's tables."""
    body = text[text.index(f"#define {table}(X)") :].replace("\\\n", " ").split("\n")[0]
    return {name: int(slot) for slot, name in re.findall(r"X\((\d+), (\w+),", body)}


class OrtSlotsTest(unittest.TestCase):
    """The table's numbers."""

    @classmethod
    def setUpClass(cls):
        cls.binding = slots_of_binding(fetch(pathlib.Path(sys.argv[1])))
        text = HEADER.read_text()
        cls.old = slots_of_header(text, "EKIBEN_ORT_FUNCTIONS")
        cls.later = slots_of_header(text, "EKIBEN_ORT_LATER_FUNCTIONS")

    def test_the_binding_is_read_whole(self):
        self.assertEqual(self.binding[:3], ["CreateStatus", "GetErrorCode", "GetErrorMessage"])
        self.assertGreater(len(self.binding), 400)
        self.assertEqual(len(self.binding), len(set(self.binding)))

    def test_each_slot_has_the_number_that_the_binding_has(self):
        for name, slot in {**self.old, **self.later}.items():
            with self.subTest(name):
                self.assertEqual(self.binding[slot], name)
        self.assertGreater(len(self.old), 40)

    def test_no_slot_is_newer_than_the_version_asked_for(self):
        self.assertLess(max(self.old.values()), self.binding.index(FIRST_AFTER_17))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
