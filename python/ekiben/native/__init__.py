# SPDX-License-Identifier: Apache-2.0
"""The native form of a model: ONNX graphs that answer as the original does, proven on samples."""
