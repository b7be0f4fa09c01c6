# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.svm import SVC

import ekiben
from ekiben import configuration
from ekiben.exceptions import InvalidArgument, StateException


class Doubler(ekiben.Runnable):
    SUPPORTED_RESOURCES = ("cpu",)
    SUPPORTS_CPU_MULTI_THREADING = False

    def __init__(self, factor: int = 2) -> None:
        self.factor = factor

    @ekiben.Runnable.method(batchable=True, batch_dim=(0, 1))
    def times(self, x: Any) -> Any:
        return x * self.factor

    @ekiben.Runnable.method
    async def later(self, x: Any) -> Any:
        await asyncio.sleep(0)
        return x * self.factor

    @ekiben.Runnable.method
    def pieces(self, count: int) -> Any:
        yield from range(count)


class Tripler(Doubler):
    def times(self, x: Any) -> Any:
        return x * 3


class One(ekiben.Runnable):
    @ekiben.Runnable.method()
    def only(self, x: Any) -> Any:
        return [x]


def test_methods_are_known_by_name_and_carry_their_configuration() -> None:
    methods = Doubler.bentoml_runnable_methods__
    assert list(methods) == ["times", "later", "pieces"]
    assert methods["times"].config.batchable and methods["times"].config.batch_dim == (0, 1)
    assert not methods["later"].config.batchable and not methods["later"].config.is_stream
    assert methods["pieces"].config.is_stream
    assert Doubler(5).times(2) == 10
    assert Doubler.times(Doubler(5), 3) == 15


def test_a_subclass_has_its_bases_methods_and_leaves_the_base_alone() -> None:
    class More(Doubler):
        @ekiben.Runnable.method
        def more(self) -> int:
            return 1

    More.add_method(lambda self, x: x + self.factor, name="plus", batchable=True, batch_dim=1)
    assert list(More.bentoml_runnable_methods__) == ["times", "later", "pieces", "more", "plus"]
    assert list(Doubler.bentoml_runnable_methods__) == ["times", "later", "pieces"]
    assert More(4).plus(1) == 5


def test_what_belongs_to_the_class_is_refused_on_an_instance() -> None:
    with pytest.raises(InvalidArgument, match="'add_method' is called on an instance of Doubler"):
        Doubler().add_method(print, name="x")
    with pytest.raises(InvalidArgument, match="set it in the class"):
        Doubler().SUPPORTED_RESOURCES = ()
    with pytest.raises(InvalidArgument, match="batch_dim is 'rows'"):
        ekiben.Runnable.method(batch_dim="rows")


def test_a_runner_offers_the_methods_and_runs_in_this_process_when_asked() -> None:
    runner = ekiben.Runner(Doubler, name="doubler", runnable_init_params={"factor": 4})
    runner.init_local(quiet=True)
    assert runner.times.run(2) == 8
    assert runner.later.run(2) == 8
    assert runner.pieces.run(3) == [0, 1, 2]

    async def calls() -> list[Any]:
        streamed = [piece async for piece in runner.pieces.async_stream(3)]
        return [await runner.times.async_run(1), await runner.later.async_run(2), streamed]

    assert asyncio.run(calls()) == [4, 8, [0, 1, 2]]
    with pytest.raises(StateException, match="already initialized"):
        runner.init_local(quiet=True)
    runner.destroy()
    runner.init_local(quiet=True)


def test_run_means_the_only_method() -> None:
    runner = ekiben.Runner(One)
    runner.init_local(quiet=True)
    assert runner.name == "one"
    assert runner.run(3) == [3] and asyncio.run(runner.async_run(4)) == [4]
    with pytest.raises(AttributeError, match="'doubler' has no 'run'; its methods are times"):
        ekiben.Runner(Doubler).run(1)


def test_a_method_may_have_the_name_of_one_of_the_runners() -> None:
    class Picture(ekiben.Runnable):
        @ekiben.Runnable.method()
        def describe(self, x: Any) -> Any:
            return f"a picture of {x}"

        @ekiben.Runnable.method()
        def run(self, x: Any) -> Any:
            return x

    runner = ekiben.Runner(Picture)
    service = ekiben.Service("pictures", runners=[runner])
    assert [one["name"] for one in service.describe()["runners"][0]["methods"]] == [
        "describe",
        "run",
    ]
    runner.init_local(quiet=True)
    assert runner.describe.run("me") == "a picture of me"
    assert runner.run.run(1) == 1

    class Named(ekiben.Runnable):
        @ekiben.Runnable.method()
        def models(self, x: Any) -> Any:
            return x

    with pytest.raises(InvalidArgument, match=r"test_runner.py:\d+: Named has a method 'models'"):
        ekiben.Runner(Named)


def test_a_method_overridden_without_a_mark_is_the_one_that_runs() -> None:
    runner = ekiben.Runner(Tripler)
    runner.init_local(quiet=True)
    assert runner.times.run(2) == 6
    assert runner.times.config.batchable


def test_an_uninitialized_runner_says_where_it_was_made_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Services that other tests have made would be named as the place to list it.
    monkeypatch.setattr("ekiben.service.service._services", [])
    runner = ekiben.Runner(One)
    with pytest.raises(StateException, match=r"runner 'one', made at .*test_runner.py:\d+, is not"):
        runner.only.run(1)
    with pytest.raises(StateException, match="init_local"):
        asyncio.run(runner.async_run(1))


def test_limits_are_the_methods_own_before_the_runners() -> None:
    runner = ekiben.Runner(
        Doubler,
        max_batch_size=10,
        max_latency_ms=50,
        method_configs={"times": {"max_batch_size": 3}},
    )
    described = {one["name"]: one for one in runner.describe()["methods"]}
    assert described["times"] == {
        "name": "times",
        "batchable": True,
        "batch_dim": [0, 1],
        "stream": False,
        "max_batch_size": 3,
        "max_latency_ms": 50,
    }
    assert described["later"]["max_batch_size"] == 10


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"runnable_class": print}, "is not a class derived from ekiben.Runnable"),
        ({"runnable_class": ekiben.Runnable}, "Runnable has no method for a runner to offer"),
        ({"runnable_class": One, "name": "no spaces"}, "'no spaces' is not a valid name"),
        ({"runnable_class": One, "models": ["iris"]}, "runner 'one' has 'iris' among its models"),
        ({"runnable_class": One, "method_configs": {"x": {}}}, "method_configs .* has 'x'"),
        ({"runnable_class": One, "method_configs": {"only": {"size": 1}}}, "has 'only.size'"),
    ],
)
def test_wrong_arguments_are_told_with_the_users_line(
    arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidArgument, match=rf"test_runner\.py:\d+: .*{message}"):
        ekiben.Runner(**arguments)


def test_a_saved_model_becomes_a_runner(home: Path) -> None:
    x, y = load_iris(return_X_y=True)
    model = ekiben.sklearn.save_model(
        "iris_clf", SVC().fit(x, y), signatures={"predict": {"batchable": True}}
    )
    runner = ekiben.sklearn.get("iris_clf:latest").to_runner(max_batch_size=7)
    runner.init_local(quiet=True)
    assert np.array_equal(runner.predict.run(x[:5]), [0] * 5)
    assert runner.run(x[:1]) == [0]
    described = runner.describe()
    assert described["name"] == "iris_clf"
    assert described["models"] == [str(model.tag)]
    assert described["module"] == "bentoml.sklearn"
    assert described["resources"] == ["cpu"] and described["multi_threading"]
    assert described["methods"][0]["max_batch_size"] == 7
    assert ekiben.sklearn.get("iris_clf").to_runnable().__name__ == "SklearnRunnable"


def test_a_class_that_only_derives_from_a_models_is_not_taken_for_it(home: Path) -> None:
    x, y = load_iris(return_X_y=True)
    model = ekiben.sklearn.save_model("iris_clf", SVC().fit(x, y))

    class Other(model.to_runnable()):  # type: ignore[misc]
        pass

    assert ekiben.Runner(Other, models=[model]).describe()["module"] == ""


def test_a_model_of_no_framework_cannot_be_a_runner(home: Path) -> None:
    with ekiben.models.create("plain") as model:
        Path(model.path, "x").write_text("x")
    with pytest.raises(ekiben.FailedPrecondition, match="was saved as plain files"):
        model.to_runner()


def test_the_strategy_places_the_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    class OfTheFirstGeneration(ekiben.Strategy):
        @classmethod
        def get_worker_count(cls, runnable_class: Any, resource_request: Any) -> int:
            return resource_request["cpu"]

        @classmethod
        def get_worker_env(
            cls, runnable_class: Any, resource_request: Any, worker_index: int
        ) -> dict[str, Any]:
            return {"INDEX": worker_index}

    runner = ekiben.Runner(One, scheduling_strategy=OfTheFirstGeneration)
    options = ["runners.one.resources.cpu=3", "runners.other.timeout=3"]
    settings = configuration.configuration(environ={}, options=options)
    monkeypatch.setattr(configuration, "_active", settings)
    assert runner.scheduled_worker_count == 3
    assert runner.scheduled_worker_env_map[2] == {"INDEX": "2"}
    assert ekiben.Runner(One, name="default").placement(settings["runners"])[0]
