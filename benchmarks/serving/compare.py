#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares ekiben with other servers answering for the iris model, side by side in one run.

    compare.py [--quick] [--peers nginx,ekiben,fastapi,bentoml,bentoml_tuned] [--ekiben BINARY] --out PREFIX

Writes PREFIX.json (raw numbers), PREFIX.md (tables) and PREFIX.svg (picture), and prints which goals were reached.
Run setup.sh before. Ends with 1 where a server cannot be started or an answer was wrong; a missed goal is no error.
"""

import argparse
import json
import signal
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import goals
import machine
import picture
import report
from client import Failed, Running, check_answers, questions, started
from load import measure, settle
from servers import ALL, Places, Server
from summary import Summary

ROOT = Path(__file__).resolve().parents[2]
CONNECTIONS = [1, 16, 64, 256]
WARM_UP_S = 1
IDLE_S = 1.0  # from the first right answer to the look at memory


@dataclass(frozen=True)
class Plan:
    """How often and how long each server is measured."""

    rounds: int
    seconds: int
    starts: int
    patience_s: float  # longest wait for a quiet machine before each load

    @classmethod
    def of(cls, args: argparse.Namespace) -> "Plan":
        if args.quick:
            return cls(rounds=1, seconds=1, starts=2, patience_s=1)
        return cls(args.rounds, args.seconds, args.starts, patience_s=5)


def main() -> int:
    args = _arguments()
    if args.redraw:
        results = json.loads(args.out.with_suffix(".json").read_text())
    else:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))
        try:
            results = _compare(args)
        except Failed as error:
            return _give_up(str(error))
        except KeyboardInterrupt:
            return _give_up("interrupted; nothing was written")
        args.out.parent.mkdir(parents=True, exist_ok=True)
        args.out.with_suffix(".json").write_text(_json(results))
    summary = Summary(results)
    verdicts = goals.judge(summary)
    args.out.with_suffix(".svg").write_text(picture.svg(summary))
    args.out.with_suffix(".md").write_text(
        report.markdown(summary, verdicts, args.out.with_suffix(".svg").name)
    )
    print(report.goals_text(verdicts))
    return _give_up(f"{summary.wrong()} answers were wrong") if summary.wrong() else 0


def _compare(args: argparse.Namespace) -> dict:
    places = Places(build=ROOT / "build/bench", ekiben=args.ekiben.absolute())
    servers = [ALL[name](places) for name in ALL if name in args.peers]
    for server in servers:
        if missing := server.missing():
            hint = "install ekiben into .venv and run benchmarks/serving/setup.sh, or choose others with --peers"
            raise Failed(
                f"{server.title} cannot be started: '{missing}' is not there\nhint: {hint}"
            )
    asked = questions(places.build / "model/answers.json")
    plan = Plan.of(args)
    results = {
        "date": date.today().isoformat(),
        "settings": {
            "rounds": plan.rounds,
            "seconds": plan.seconds,
            "starts": plan.starts,
            "quick": args.quick,
        },
        "machine": machine.facts(),
        "servers": {server.name: _empty(server) for server in servers},
    }
    _measure_starts(servers, plan, results)
    for number in range(plan.rounds):
        shift = number % len(servers)
        _measure_round(number + 1, servers[shift:] + servers[:shift], plan, asked, results)
    return results


def _empty(server: Server) -> dict:
    found = {
        "first_answer_ms": [],
        "pss_bytes": [],
        "processes": 0,
        "asked": 0,
        "wrong": 0,
        "loads": [],
    }
    return {"title": server.title, "version": server.version(), **found}


def _measure_starts(servers: list[Server], plan: Plan, results: dict) -> None:
    """Each server alone, in turns. The first start only fills the page cache."""
    for start in range(plan.starts + 1):
        for server in servers:
            settle(plan.patience_s)
            with started(server) as running:
                time.sleep(IDLE_S)
                found = results["servers"][server.name]
                if start > 0:
                    found["first_answer_ms"].append(round(running.first_answer_ms, 1))
                    found["pss_bytes"].append(running.tree.pss_bytes())
                    found["processes"] = len(running.tree.pids())
    for server in servers:
        found = results["servers"][server.name]
        _say(
            f"{server.title}: first right answer after {min(found['first_answer_ms']):.0f} ms at best"
        )


def _measure_round(
    number: int, servers: list[Server], plan: Plan, asked: list, results: dict
) -> None:
    """Load the servers in turns, all of them freshly started: what one learned from the last round does not count."""
    with ExitStack() as stack:
        running = [stack.enter_context(started(server)) for server in servers]
        _check(running, asked, results, "before the load")
        for one in running:
            measure(one, connections=1, seconds=WARM_UP_S)
        for connections in CONNECTIONS:
            for one in running:
                settle(plan.patience_s)
                load = {"round": number, **measure(one, connections, plan.seconds)}
                results["servers"][one.server.name]["loads"].append(load)
                _say_load(one, load)
        _check(running, asked, results, "after the load")


def _check(running: list[Running], asked: list, results: dict, when: str) -> None:
    for one in running:
        answers = check_answers(one, asked)
        found = results["servers"][one.server.name]
        found["asked"] += answers.asked
        found["wrong"] += answers.wrong
        _say(f"{one.server.title}: {answers.wrong} of {answers.asked} answers wrong {when}")


def _say_load(one: Running, load: dict) -> None:
    _say(
        f"round {load['round']}  {load['connections']:>3} connections  {one.server.title:<23}"
        f"{load['requests_per_second']:>9.0f}/s  p50 {load['p50_us']:>6.0f} µs  p99 {load['p99_us']:>6.0f} µs  "
        f"CPU {load['cpu_us_per_request']:>7.2f} µs/request  errors {load['errors']}  "
        f"foreign {load['foreign_cores']:.2f}"
    )


def _json(results: dict) -> str:
    """Indented, but a load is one line: the file is small and its differences can be read."""
    text = json.dumps({**results, "servers": {}}, indent=1, ensure_ascii=False)
    servers = []
    for name, server in results["servers"].items():
        loads = ",\n   ".join(json.dumps(load) for load in server["loads"])
        head = json.dumps({key: value for key, value in server.items() if key != "loads"})
        servers.append(f'  "{name}": {head[:-1]}, "loads": [\n   {loads}]}}')
    return text.replace('"servers": {}', '"servers": {\n' + ",\n".join(servers) + "}") + "\n"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="PREFIX",
        help="where to write .json, .md and .svg",
    )
    parser.add_argument("--peers", type=_names, default=list(ALL), help=f"some of {','.join(ALL)}")
    parser.add_argument("--ekiben", type=Path, default=ROOT / ".venv/bin/ekiben", metavar="BINARY")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4, help="of each load")
    parser.add_argument("--starts", type=int, default=7)
    parser.add_argument(
        "--quick", action="store_true", help="one short round, to see that everything works"
    )
    parser.add_argument(
        "--redraw", action="store_true", help="measure nothing: write .md and .svg from .json again"
    )
    return parser.parse_args()


def _names(text: str) -> list[str]:
    names = text.split(",")
    if unknown := [name for name in names if name not in ALL]:
        raise argparse.ArgumentTypeError(
            f"no server is called '{unknown[0]}'; there are {', '.join(ALL)}"
        )
    return names


def _say(text: str) -> None:
    print(text, flush=True)


def _give_up(text: str) -> int:
    print(f"error: {text}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
