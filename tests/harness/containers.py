# SPDX-License-Identifier: Apache-2.0
"""Images unpacked, and containers of them: with podman and runc, or without where the kernel
lets nobody make containers (then their program runs in the unpacked image, as their user)."""

from __future__ import annotations

import gzip
import io
import json
import os
import shutil
import signal
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from .client import call
from .program import PATIENCE, eventually
from .tars import extract

# Other limits than these may not be given where this machine's own are lower.
SETTINGS = """[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
"""
# The least that every container needs of the kernel.
NAMESPACES = ["unshare", "--mount", "--pid", "--uts", "--ipc", "--net", "--fork"]


def checked(*command: str | Path, **variables: str) -> str:
    """What the command prints; a failure shows all of it."""
    done = subprocess.run(
        command,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=4 * PATIENCE,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def containers_can_run() -> bool:
    """Whether the kernel lets us make containers; where it does not, it is printed why."""
    why = _why_none()
    if why:
        print(f"the kernel lets nobody make containers: {why}")
    return not why


@cache
def _why_none() -> str:
    """What the kernel refuses that every container needs; empty where it refuses nothing."""
    assert os.geteuid() == 0, "containers and unpacked images are run by root here"
    tries = [
        [*NAMESPACES, "mount", "-t", "tmpfs", "none", "/mnt"],
        [
            "ip",
            "link",
            "add",
            f"e{os.getpid()}a",
            "type",
            "veth",
            "peer",
            "name",
            f"e{os.getpid()}b",
        ],
        ["ip", "link", "del", f"e{os.getpid()}a"],
    ]
    for command in tries:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            return f"{' '.join(command)}: {done.stderr.strip()}"
    group = next(Path("/sys/fs/cgroup").glob("**/cgroup.procs"), None)
    if group is None or not os.access(group, os.W_OK):
        return "there is no group of processes in /sys/fs/cgroup that may be written"
    return ""


@dataclass(frozen=True)
class Archive:
    """An image in one tar, as `docker save` and `ekiben containerize --output` write it."""

    path: Path

    def json(self, name: str) -> Any:
        """A document of it."""
        with tarfile.open(self.path) as tar:
            member = tar.extractfile(name)
            assert member
            return json.load(member)

    @property
    def manifest(self) -> dict[str, Any]:
        """Docker's: where config and layers are, and the names."""
        (manifest,) = self.json("manifest.json")
        return manifest

    @property
    def config(self) -> dict[str, Any]:
        """How it is run, and of what it is made."""
        return self.json(self.manifest["Config"])

    def layers(self) -> Iterator[bytes]:
        """Their tars, from the lowest to the topmost."""
        with tarfile.open(self.path) as tar:
            for name in self.manifest["Layers"]:
                member = tar.extractfile(name)
                assert member
                yield gzip.decompress(member.read())

    def names(self) -> set[str]:
        """Everything that is in it."""
        return {
            name
            for layer in self.layers()
            for name in tarfile.open(fileobj=io.BytesIO(layer)).getnames()
        }

    def unpack(self, folder: Path) -> None:
        """Write its files, with their owners."""
        for layer in self.layers():
            with tarfile.open(fileobj=io.BytesIO(layer)) as tar:
                extract(tar, folder)


class Unpacked:
    """An image's program, run in its own root as its own user with its own environment."""

    def __init__(self, archive: Archive, folder: Path) -> None:
        self.folder = folder
        archive.unpack(folder)
        self._config = archive.config["config"]

    def _enter(self) -> None:
        user, group = map(int, self._config["User"].split(":"))
        os.chroot(self.folder)
        os.chdir(self._config["WorkingDir"])
        os.setgroups([])
        os.setgid(group)
        os.setuid(user)

    def start(
        self, *words: str, out: int | Any = subprocess.PIPE, **more: str
    ) -> subprocess.Popen[str]:
        """Begin what a container would run with these words, or its own where there are none."""
        variables = dict(line.split("=", 1) for line in self._config["Env"]) | more
        return subprocess.Popen(
            [*self._config["Entrypoint"], *(words or self._config["Cmd"])],
            preexec_fn=self._enter,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        """The same, to its end."""
        process = self.start(*words, **more)
        said, _ = process.communicate(timeout=PATIENCE)
        return subprocess.CompletedProcess(words, process.returncode, said)

    @contextmanager
    def serving(self, *words: str, **more: str) -> Iterator[str]:
        """The URL of a server in it that is ready; it has to end well."""
        log = self.folder.parent / "log"
        with log.open("w") as out, self.start(*words, "--port", "0", out=out, **more) as process:
            try:

                def url() -> str:
                    assert process.poll() is None, log.read_text()
                    lines = [one.split() for one in log.read_text().splitlines()]
                    return next((one[1] for one in lines if one and one[0] == "ready"), "")

                eventually("the image's server is ready", url)
                yield url().replace("0.0.0.0", "127.0.0.1")
                process.send_signal(signal.SIGTERM)
                assert process.wait(PATIENCE) == 0, log.read_text()
            finally:
                process.kill()


class Network:
    """A network namespace beside this one, and a pair of interfaces between them."""

    def __init__(self) -> None:
        number = os.getpid() % (1 << 15)
        base = f"198.18.{number >> 6 & 255}"  # A range for tests of networks.
        last = (number & 63) * 4
        self.name = f"ekiben{number}"
        self.here, self.there = f"{base}.{last + 1}", f"{base}.{last + 2}"
        ours, theirs = f"eki{number}a", f"eki{number}b"
        checked("ip", "netns", "add", self.name)
        try:
            checked("ip", "link", "add", ours, "type", "veth", "peer", "name", theirs)
            checked("ip", "link", "set", theirs, "netns", self.name)
            checked("ip", "addr", "add", f"{self.here}/30", "dev", ours)
            checked("ip", "link", "set", ours, "up")
            for words in (
                ["addr", "add", f"{self.there}/30", "dev", theirs],
                ["link", "set", theirs, "up"],
                ["link", "set", "lo", "up"],
            ):
                checked("ip", "-n", self.name, *words)
        except BaseException:
            self.remove()
            raise

    def listening(self) -> set[str]:
        """The addresses, in hexadecimal digits, on which something there listens."""
        tables = ["/proc/net/tcp", "/proc/net/tcp6"]
        text = checked("ip", "netns", "exec", self.name, "cat", *tables)
        rows = [line.split() for line in text.splitlines()]
        return {row[1] for row in rows if row[3] == "0A"}

    def remove(self) -> None:
        """Its interfaces go with it."""
        subprocess.run(["ip", "netns", "del", self.name], check=False)


class Podman:
    """podman with a store of its own."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        (folder / "containers.conf").write_text(SETTINGS)

    def run(self, *words: str | Path) -> str:
        """What podman prints."""
        root = ["--root", self._folder / "root", "--runroot", self._folder / "run"]
        conf = str(self._folder / "containers.conf")
        return checked("podman", *root, *words, CONTAINERS_CONF=conf)

    @contextmanager
    def serving(
        self, network: Network, image: str, *words: str, options: list[str]
    ) -> Iterator[str]:
        """The name of a container in that network that has become ready."""
        name = f"c{len(list(self._folder.glob('*.log')))}"
        log = self._folder / f"{name}.log"
        self.run(
            *["run", "--detach", "--name", name, "--network", f"ns:/run/netns/{network.name}"],
            *["--log-driver", "k8s-file", "--log-opt", f"path={log}", *options, image, *words],
        )
        try:

            def is_ready() -> bool:
                state = self.run("inspect", "--format", "{{.State.Status}}", name).strip()
                assert state == "running", log.read_text()
                return "ready" in log.read_text()

            eventually("the container is ready", is_ready)
            yield name
        finally:
            self.run("rm", "--force", "--time", "5", name)

    def remove(self) -> None:
        """Everything, its mounts as well."""
        subprocess.run(
            [
                "podman",
                "--root",
                self._folder / "root",
                "--runroot",
                self._folder / "run",
                "system",
                "reset",
                "--force",
            ],
            env=os.environ | {"CONTAINERS_CONF": str(self._folder / "containers.conf")},
            capture_output=True,
            check=False,
        )
        shutil.rmtree(self._folder, ignore_errors=True)


class Docker:
    """A daemon of its own, without networks: containers have the one of this machine."""

    def __init__(self) -> None:
        # A socket's path has room for a hundred characters, which pytest's folders exceed.
        self._folder = Path(tempfile.mkdtemp(prefix="ekiben-docker-"))
        self.host = f"unix://{self._folder}/socket"
        self._log = self._folder / "log"
        with self._log.open("w") as log:
            self._daemon = subprocess.Popen(
                [
                    *["dockerd", "--host", self.host, "--data-root", self._folder / "data"],
                    *["--exec-root", self._folder / "exec", "--pidfile", self._folder / "pid"],
                    *["--iptables=false", "--ip6tables=false", "--bridge=none"],
                ],
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            eventually("dockerd answers", self._answers)
        except BaseException:
            self.remove()
            raise

    def _answers(self) -> bool:
        assert self._daemon.poll() is None, self._log.read_text()
        asked = ["docker", "--host", self.host, "version"]
        return subprocess.run(asked, capture_output=True, check=False).returncode == 0

    def run(self, *words: str | Path) -> str:
        """What docker prints."""
        return checked("docker", "--host", self.host, *words)

    def remove(self) -> None:
        """The daemon and all that it has."""
        self._daemon.terminate()
        self._daemon.wait(PATIENCE)
        shutil.rmtree(self._folder, ignore_errors=True)


def predicts(url: str, row: bytes) -> Any:
    """What the model at that address answers."""
    answer = call(url, "/predict", row, headers={"content-type": "application/json"})
    assert answer.status == 200, answer.body
    return answer.json()
