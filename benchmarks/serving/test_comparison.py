# SPDX-License-Identifier: Apache-2.0
"""python3 -m unittest discover -s benchmarks/serving: what can be tested without a server or a load."""

import subprocess
import sys
import time
import unittest
import xml.etree.ElementTree as ElementTree

import goals
import load
import picture
import report
import transfer
from process import Tree
from summary import Summary

# Starts a child that works for a moment and then sleeps, as the program itself does.
PARENT = """
import subprocess, sys, time
work = "sum(range(3_000_000)); print('done', flush=True); import time; time.sleep(60)"
child = subprocess.Popen([sys.executable, "-c", work])
time.sleep(60)
"""


def one_load(connections: int, cpu: float, rate: float, p50: float, foreign: float = 0.0) -> dict:
    return {
        "round": 1,
        "connections": connections,
        "requests": 1000,
        "requests_per_second": rate,
        "p50_us": p50,
        "p99_us": 2 * p50,
        "cpu_us_per_request": cpu,
        "foreign_cores": foreign,
        "errors": 0,
        "processes_changed": False,
    }


def one_server(title: str, loads: list[dict]) -> dict:
    return {
        "title": title,
        "version": "1",
        "first_answer_ms": [70, 90, 71],
        "pss_bytes": [44_000_000],
        "processes": 1,
        "asked": 10,
        "wrong": 0,
        "loads": loads,
    }


def results(foreign: float = 0.0) -> dict:
    return {
        "date": "2026-01-31",
        "settings": {"rounds": 1, "seconds": 1, "starts": 3, "quick": False},
        "machine": {"processor": "some"},
        "servers": {
            "nginx": one_server(
                "nginx", [one_load(1, 30, 10_000, 90), one_load(64, 5, 150_000, 200)]
            ),
            "ekiben": one_server(
                "ekiben", [one_load(1, 40, 9_000, 110), one_load(64, 9, 120_000, 300, foreign)]
            ),
            "fastapi": one_server(
                "FastAPI <&>", [one_load(1, 300, 2_000, 400), one_load(64, 250, 7_000, 9_000)]
            ),
            "bentoml": one_server(
                "BentoML", [one_load(1, 2_000, 400, 2_000), one_load(64, 1_900, 500, 90_000)]
            ),
        },
    }


class GoalsTest(unittest.TestCase):
    def outcomes(self, found: dict) -> list[str]:
        return [verdict.outcome for verdict in goals.judge(Summary(found))]

    def test_each_goal_is_judged_by_the_medians(self) -> None:
        self.assertEqual(self.outcomes(results()), ["miss", "pass", "pass", "pass", "pass", "pass"])

    def test_a_goal_against_a_server_that_did_not_run_is_not_judged(self) -> None:
        found = results()
        del found["servers"]["bentoml"]
        self.assertEqual(self.outcomes(found)[1], "not run")

    def test_nothing_is_judged_without_ekiben(self) -> None:
        found = results()
        del found["servers"]["ekiben"]
        self.assertEqual(set(self.outcomes(found)), {"not run"})

    def test_a_goal_measured_beside_other_work_says_so(self) -> None:
        verdicts = goals.judge(Summary(results(foreign=0.5)))
        self.assertEqual(
            [verdict.noisy for verdict in verdicts], [True, True, True, False, False, False]
        )

    def test_a_fraction_is_shown_as_one(self) -> None:
        self.assertEqual(goals.judge(Summary(results()))[1].reached, "1/211")


class PythonGoalsTest(unittest.TestCase):
    def setUp(self) -> None:
        def server(cpu: float, rate: float, p50: float) -> dict:
            loads = [one_load(connections, cpu, rate, p50) for connections in (1, 64, 256)]
            return one_server("some", loads)

        self.found = {
            **results(),
            "comparison": "python",
            "transfer_gb_s": {"in": 9.0, "out": 7.5},
            "servers": {
                "ekiben": server(25, 40_000, 70),
                "ekiben_native": server(7, 120_000, 30),
                "fastapi": server(120, 13_000, 160),
                "bentoml": server(1_500, 600, 2_000),
                "bentoml_legacy": server(3_000, 300, 3_000),
                "bentoml_1_1": server(1_900, 400, 4_000),
                "ekiben_pickle": server(40, 20_000, 900),
                "mosec": server(50, 20_000, 3_000),
            },
        }

    def test_the_goals_are_those_of_the_comparison(self) -> None:
        verdicts = goals.judge(Summary(self.found))
        self.assertEqual(
            [verdict.outcome for verdict in verdicts],
            [
                *(
                    "pass",
                    "pass",
                    "miss",
                    "pass",
                    "miss",
                ),  # CPU; what Python adds to a lone request
                *("pass", "pass", "pass", "miss"),  # Python runners; large tensors
                *("miss", "miss"),  # start, memory: as BentoML's
            ],
        )
        self.assertEqual(verdicts[4].reached, "40 µs")

    def test_a_server_without_a_load_has_no_row_for_it(self) -> None:
        loads = self.found["servers"]["mosec"]["loads"]
        self.found["servers"]["mosec"]["loads"] = [
            load for load in loads if load["connections"] > 1
        ]
        text = report.markdown(Summary(self.found), [], "x.svg")
        self.assertIn("# The iris service in Python", text)
        self.assertEqual(text.count("| some | 20 000 |"), 3 + 2)


class ReportTest(unittest.TestCase):
    def test_every_server_has_a_row_for_every_load(self) -> None:
        summary = Summary(results())
        text = report.markdown(summary, goals.judge(summary), "x.svg")
        self.assertIn("| 64 | ekiben | 120 000 | 300 | 600 | 9.00 | 0 | 0.00 |", text)
        self.assertEqual(text.count("| 1 | "), 4 + 4)  # four loads, and four servers of one process

    def test_every_other_server_is_set_against_ekiben(self) -> None:
        text = report.markdown(Summary(results()), [], "x.svg")
        self.assertIn("ekiben being 1: nginx 0.56 ×; FastAPI <&> 27.8 ×; BentoML 211 ×.", text)

    def test_a_noisy_row_is_marked(self) -> None:
        summary = Summary(results(foreign=0.5))
        self.assertIn("| 0.50 ⚠ |", report.markdown(summary, [], "x.svg"))


class PictureTest(unittest.TestCase):
    def test_the_picture_is_well_formed_and_names_every_server(self) -> None:
        root = ElementTree.fromstring(picture.svg(Summary(results())))
        words = "".join(root.itertext())
        for name in ("nginx", "ekiben", "FastAPI <&>", "BentoML"):
            self.assertIn(name, words)

    def test_what_was_not_measured_is_left_out(self) -> None:
        found = results()
        for server in found["servers"].values():
            server["loads"] = []
        words = "".join(ElementTree.fromstring(picture.svg(Summary(found))).itertext())
        self.assertNotIn("64 connections", words)
        self.assertIn("Memory", words)


class TransferTest(unittest.TestCase):
    def test_the_medians_count(self) -> None:
        def run(name: str, aggregate: str, speed: float) -> dict:
            return {
                "run_name": f"{name}/1000000/real_time",
                "aggregate_name": aggregate,
                "bytes_per_second": speed,
            }

        document = {
            "benchmarks": [
                run("IntoWorker", "median", 12.3456e9),
                run("IntoWorker", "mean", 1e9),
                run("OutOfWorker", "median", 8e9),
            ]
        }
        self.assertEqual(transfer.medians(document), {"in": 12.35, "out": 8.0})


class LoadTest(unittest.TestCase):
    def test_the_last_result_line_counts(self) -> None:
        self.assertEqual(load.parse('Running 4s test\nRESULT {"requests": 3}\n'), {"requests": 3})

    def test_no_result_is_none(self) -> None:
        self.assertIsNone(load.parse("unable to connect"))


class TreeTest(unittest.TestCase):
    def setUp(self) -> None:
        self.root = subprocess.Popen(
            [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True
        )
        self.tree = Tree(self.root)
        self.assertEqual(self.root.stdout.readline(), "done\n")

    def tearDown(self) -> None:
        self.root.stdout.close()
        self.tree.end(patience_s=0)

    def test_a_child_counts_with_its_parent(self) -> None:
        self.assertEqual(len(self.tree.pids()), 2)
        self.assertGreater(self.tree.cpu_seconds(), 0.01)
        self.assertGreater(self.tree.pss_bytes(), 1_000_000)

    def test_a_child_that_outlives_its_parent_is_ended_too(self) -> None:
        _, child = self.tree.pids()
        self.root.kill()
        self.root.wait()
        self.assertEqual(self.tree.pids(), [child])
        begin = time.monotonic()
        self.tree.end(patience_s=0)
        self.assertEqual(self.tree.pids(), [])
        self.assertLess(time.monotonic() - begin, 5)


if __name__ == "__main__":
    unittest.main()
