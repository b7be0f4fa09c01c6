# SPDX-License-Identifier: Apache-2.0
"""Services: named APIs over runners."""

from __future__ import annotations

from .api import API
from .service import Mount, Service, made_services, run_hooks

__all__ = ["API", "Mount", "Service", "made_services", "run_hooks"]
