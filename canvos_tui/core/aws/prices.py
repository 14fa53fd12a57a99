"""AWS' list prices, in USD, and when and where they were read: other regions differ a little. A GB is 10^9 bytes."""

from __future__ import annotations

_OF = "us-east-1, read 2026-11"
PRICE, PRICES = f"list price of {_OF}", f"list prices of {_OF}"  # what stands beside a sum
S3_PRICE, SNAPSHOT_PRICE = 0.023, 0.05  # a GB and month: of an object and its parts, of the written blocks of a snapshot
PUT_PRICE = 0.006 / 1000 * 10**9 / 524288  # a GB that is written straight into a snapshot, where a thousand blocks are 0.006
TRANSFER_PRICE = 0.02  # a GB that is copied into another region
