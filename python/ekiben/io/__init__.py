# SPDX-License-Identifier: Apache-2.0
"""IO descriptors: what an API takes and returns, as BentoML 1.0 and 1.1 have them.

pandas, PIL, pydantic and pyarrow are imported when a descriptor needs them.
"""

from __future__ import annotations

from .base import IODescriptor, from_spec
from .dataframe import PandasDataFrame
from .file import File
from .image import Image
from .json_value import JSON
from .multipart import Multipart
from .ndarray import NumpyNdarray
from .series import PandasSeries
from .sse import SSE
from .text import Text
from .wire import Blob, Json

__all__ = [
    "JSON",
    "SSE",
    "Blob",
    "File",
    "IODescriptor",
    "Image",
    "Json",
    "Multipart",
    "NumpyNdarray",
    "PandasDataFrame",
    "PandasSeries",
    "Text",
    "from_spec",
]
