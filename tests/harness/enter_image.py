# SPDX-License-Identifier: Apache-2.0
"""`unshare --mount python enter_image.py ROOT CONFIG WORD ...`: becomes a container's process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path


def mount(*words: str | Path) -> None:
    subprocess.run(["mount", *words], check=True)


def main(root: Path, config: dict, words: list[str]) -> None:
    mount("--bind", root, root)
    for name in ("proc", "dev", "tmp"):
        (root / name).mkdir(exist_ok=True)
    mount("-t", "proc", "proc", root / "proc")
    mount("--bind", "/dev", root / "dev")
    mount("-t", "tmpfs", "-o", "mode=1777", "tmpfs", root / "tmp")
    mount("-o", "remount,bind,ro", root)
    user, group = (int(part) for part in config["User"].split(":"))
    os.chroot(root)
    os.chdir(config["WorkingDir"])
    os.setgroups([])
    os.setgid(group)
    os.setuid(user)
    environment = dict(one.split("=", 1) for one in config["Env"])
    command = [*config["Entrypoint"], *words]
    os.execve(command[0], command, environment)


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text()), sys.argv[3:])
