# SPDX-License-Identifier: Apache-2.0
"""Every .case file of this folder, against real servers."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from conversations.case import hold, read_case
from harness.client import call
from harness.server import Server
from harness.store import Store

CASES = sorted(Path(__file__).parent.glob("*.case"))


class Servers:
    """One server for each distinct server line, started when it is first asked for."""

    def __init__(self, folder: Path, store: Store) -> None:
        self._folder, self._store = folder, store
        self._running: dict[str, Server] = {}

    def get(self, line: str) -> Server:
        """The server for this line."""
        if line not in self._running:
            folder = self._folder / str(len(self._running))
            self._running[line] = Server(folder, self._store.home, *shlex.split(line))
        return self._running[line]

    def stop(self) -> None:
        """Stop them all, each of which has to end well."""
        for server in self._running.values():
            with server:
                pass


@pytest.fixture(scope="module")
def servers(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    running = Servers(tmp_path_factory.mktemp("servers"), store)
    yield running
    running.stop()


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_conversation(path: Path, servers: Servers) -> None:
    case = read_case(path)
    server = servers.get(case.server)
    hold(case, server.url)
    assert call(server.url, "/livez").status == 200
    assert server.process.poll() is None, server.stderr
