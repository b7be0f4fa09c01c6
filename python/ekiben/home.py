# SPDX-License-Identifier: Apache-2.0
"""Where models and bentos lie."""

from __future__ import annotations

import os
from pathlib import Path


def home() -> Path:
    """The folder of the store, absolute; it need not exist yet.

    `EKIBEN_HOME`, else `BENTOML_HOME`, else `~/bentoml` where that folder exists and `~/ekiben`
    does not, else `~/ekiben`. Read anew on each call; an empty variable counts as unset.
    """
    for variable in ("EKIBEN_HOME", "BENTOML_HOME"):
        value = os.environ.get(variable)
        if value:
            return Path(value).expanduser().absolute()
    user = Path.home()
    if (user / "bentoml").is_dir() and not (user / "ekiben").exists():
        return user / "bentoml"
    return user / "ekiben"


def models_home() -> Path:
    """The folder that holds `models`: a bento's that brings them and is served, else home().

    `EKIBEN_BENTO`, which the engine sets for its workers, is the folder of that bento.
    """
    bento = os.environ.get("EKIBEN_BENTO")
    return Path(bento) if bento and Path(bento, "models").is_dir() else home()
