# SPDX-License-Identifier: Apache-2.0
"""What tests of the whole program share: the binary, stores, servers, and a strict client."""
