# SPDX-License-Identifier: Apache-2.0
"""What runs in the processes that the server starts for Python: `python -m ekiben.worker`.

docs/formats/worker-protocol.md has the protocol; src/worker is the other side of it.
"""
