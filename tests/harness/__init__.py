# SPDX-License-Identifier: Apache-2.0
"""What the tests of the whole program share: the binary, stores, servers, and a client that is strict."""
