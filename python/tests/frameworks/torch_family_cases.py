# SPDX-License-Identifier: Apache-2.0
"""PyTorch Lightning, fastai, Diffusers and EasyOCR, over today's PyTorch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import easyocr
import numpy as np
import pandas as pd
import pytest
import pytorch_lightning
import torch
from diffusers import DDPMPipeline, DDPMScheduler, UNet2DModel
from fastai.tabular.all import TabularDataLoaders, tabular_learner
from torch import nn

import ekiben
from ekiben import InvalidArgument
from ekiben.native.proof import session


class Lit(pytorch_lightning.LightningModule):
    """A linear model."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 2)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return self.layer(rows)

    def training_step(self, batch: Any, index: int) -> torch.Tensor:
        return nn.functional.mse_loss(self(batch[0]), batch[1])

    def configure_optimizers(self) -> Any:
        return torch.optim.SGD(self.parameters(), 0.1)


def run_locally(model: ekiben.Model, method: str, *args: Any, **kwargs: Any) -> Any:
    runner = model.to_runner()
    runner.init_local(quiet=True)
    return getattr(runner, method).run(*args, **kwargs)


def test_a_lightning_module_becomes_torchscript_and_native(home: Path) -> None:
    torch.manual_seed(0)
    module = Lit()
    rows = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)
    model = ekiben.pytorch_lightning.save_model("lit", module, sample=rows)
    assert model.info.module == "bentoml.pytorch_lightning"
    entry = model.info.ekiben["native"]["__call__"]
    native = session(Path(model.path_of(entry["file"])).read_bytes())
    expected = module(torch.from_numpy(rows)).detach().numpy()
    np.testing.assert_allclose(native.run(None, {"rows": rows})[0], expected, rtol=1e-4)
    np.testing.assert_allclose(run_locally(model, "__call__", rows), expected, rtol=1e-5)
    assert isinstance(ekiben.pytorch_lightning.load_model("lit"), torch.jit.ScriptModule)


def test_a_pytorch_module_has_a_native_form_with_this_pytorch(home: Path) -> None:
    net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
    model = ekiben.pytorch.save_model("net", net, sample=torch.ones(2, 4))
    assert "not_native" not in model.info.ekiben
    assert ekiben.pytorch.load_model(model)(torch.ones(1, 4)).shape == (1, 2)


def test_a_learner_is_exported_and_predicts(home: Path) -> None:
    table = pd.DataFrame({"a": np.arange(40.0), "b": np.arange(40.0)[::-1], "y": [0, 1] * 20})
    loaders = TabularDataLoaders.from_df(
        table, y_names="y", cont_names=["a", "b"], cat_names=[], bs=8, num_workers=0
    )
    learner = tabular_learner(loaders, layers=[4])
    with learner.no_bar(), learner.no_logging():
        learner.fit(1)
    model = ekiben.fastai.save_model("learner", learner)
    expected = learner.predict(table.iloc[0])[1]
    assert torch.allclose(run_locally(model, "predict", table.iloc[0])[1], expected, atol=1e-5)
    with pytest.raises(InvalidArgument, match="'predict' is batchable"):
        ekiben.fastai.save_model("learner", learner, signatures={"predict": {"batchable": True}})
    with pytest.raises(InvalidArgument, match="is not a fastai Learner"):
        ekiben.fastai.save_model("learner", learner.model)


def test_a_diffusion_pipeline_is_saved_and_draws(home: Path) -> None:
    net = UNet2DModel(
        sample_size=8,
        in_channels=1,
        out_channels=1,
        block_out_channels=(8, 8),
        norm_num_groups=4,
        down_block_types=("DownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "UpBlock2D"),
        layers_per_block=1,
    )
    pipeline = DDPMPipeline(net, DDPMScheduler(num_train_timesteps=10))
    model = ekiben.diffusers.save_model("drawer", pipeline)
    assert Path(model.path_of("diffusion_model/model_index.json")).is_file()
    images = run_locally(model, "__call__", num_inference_steps=2, output_type="np", batch_size=1)
    assert isinstance(images, tuple)
    assert np.asarray(images[0]).shape == (1, 8, 8, 1)
    folder = str(Path(model.path_of("diffusion_model")))
    again = ekiben.diffusers.import_model("again", folder)
    scheduler = "diffusers.DDIMScheduler"
    loaded = ekiben.diffusers.load_model(again, scheduler_class=scheduler)
    assert type(loaded.scheduler).__name__ == "DDIMScheduler"


class Untrained(easyocr.Reader):
    """EasyOCR's reader without the weights that it would download."""

    def __init__(self) -> None:
        self.device = "cpu"

    def readtext(self, image: Any, **options: Any) -> list[str]:
        return [f"{len(image)} rows"]


def test_a_reader_is_pickled_whole(home: Path) -> None:
    model = ekiben.easyocr.save_model("reader", Untrained())
    assert "easyocr" in model.info.context.framework_versions
    names = {"detect", "readtext", "recognize", "readtextlang", "readtext_batched"}
    assert set(model.info.signatures) == names
    assert model.info.signatures["readtext_batched"].batchable
    assert run_locally(model, "readtext", np.zeros((3, 3))) == ["3 rows"]
