# SPDX-License-Identifier: Apache-2.0
"""Train two models of the same question, one with XGBoost and one with PyTorch, and save both."""

import bentoml
import numpy as np
import torch
import xgboost
from preprocess import FEATURES, SCALE
from sklearn import datasets

cancer = datasets.load_breast_cancer(as_frame=False)
columns = [list(cancer.feature_names).index(name) for name in FEATURES]
rows = (cancer.data[:, columns] / SCALE).astype(np.float32)

booster = xgboost.train(
    {"objective": "binary:logistic", "max_depth": 3, "seed": 0},
    xgboost.DMatrix(rows, cancer.target),
    num_boost_round=30,
)
print(bentoml.xgboost.save_model("model_a", booster, signatures={"predict": {"batchable": True}}))

torch.manual_seed(0)
network = torch.nn.Sequential(
    torch.nn.Linear(len(FEATURES), 16), torch.nn.ReLU(), torch.nn.Linear(16, 1), torch.nn.Sigmoid()
)
inputs, wanted = torch.from_numpy(rows), torch.from_numpy(cancer.target).float()[:, None]
optimizer = torch.optim.Adam(network.parameters(), 0.01)
for _ in range(300):
    optimizer.zero_grad()
    torch.nn.functional.binary_cross_entropy(network(inputs), wanted).backward()
    optimizer.step()
print(bentoml.pytorch.save_model("model_b", network, signatures={"__call__": {"batchable": True}}))
