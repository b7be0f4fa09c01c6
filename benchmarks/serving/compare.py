#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares ekiben with other servers answering for the iris model, side by side in one run.

    compare.py [iris | python] [--quick] [--peers ekiben,mosec] [--ekiben BINARY] --out PREFIX

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

import comparisons
import goals
import machine
import picture
import report
import transfer
from client import Failed, Running, check_answers, questions, started
from load import measure, settle
from servers import Places, Server
from summary import Summary

ROOT = Path(__file__).resolve().parents[2]
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
        usual = args.comparison
        return cls(
            args.rounds or usual.rounds,
            args.seconds or usual.seconds,
            args.starts or usual.starts,
            patience_s=5,
        )


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
    named = args.comparison.named()
    servers = [named[name](places) for name in named if name in (args.peers or named)]
    for server in servers:
        if missing := server.missing():
            hint = "install ekiben into .venv and run benchmarks/serving/setup.sh, or choose others with --peers"
            raise Failed(
                f"{server.title} cannot be started: '{missing}' is not there\nhint: {hint}"
            )
    asked = questions(places.build / "model/answers.json")
    plan = Plan.of(args)
    results = {
        "comparison": args.comparison.name,
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
    if args.worker_benchmark:
        results["transfer_gb_s"] = transfer.measure(args.worker_benchmark.absolute(), places.ekiben)
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
        for connections in sorted({n for one in running for n in one.server.connections}):
            for one in running:
                if connections not in one.server.connections:
                    continue
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
        f"round {load['round']}  {load['connections']:>3} connections  {one.server.title:<25}"
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
    parser.add_argument(
        "comparison",
        nargs="?",
        type=_comparison,
        default=comparisons.IRIS,
        metavar="COMPARISON",
        help=f"{' or '.join(comparisons.ALL)}",
    )
    parser.add_argument("--peers", type=lambda text: text.split(","), help="only these servers")
    parser.add_argument("--ekiben", type=Path, default=ROOT / ".venv/bin/ekiben", metavar="BINARY")
    parser.add_argument(
        "--worker-benchmark",
        type=Path,
        metavar="BINARY",
        help="measures large tensors, too, with this program of benchmarks/micro",
    )
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=int, help="of each load")
    parser.add_argument("--starts", type=int)
    parser.add_argument(
        "--quick", action="store_true", help="one short round, to see that everything works"
    )
    parser.add_argument(
        "--redraw", action="store_true", help="measure nothing: write .md and .svg from .json again"
    )
    args = parser.parse_args()
    known = args.comparison.named()
    if unknown := [name for name in args.peers or () if name not in known]:
        parser.error(f"no server is called '{unknown[0]}'; there are {', '.join(known)}")
    return args


def _comparison(name: str) -> comparisons.Comparison:
    if name not in comparisons.ALL:
        raise argparse.ArgumentTypeError(
            f"no comparison is called '{name}'; there are {', '.join(comparisons.ALL)}"
        )
    return comparisons.ALL[name]


def _say(text: str) -> None:
    print(text, flush=True)


def _give_up(text: str) -> int:
    print(f"error: {text}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
