"""Every kind of fault of the sample portal, with parameters that affect even a run of a few seconds."""

from __future__ import annotations

from typing import Any

from attack_runs.places import LIVE, OLD

FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "status", "status": 502, "times": 2},
    {"kind": "status", "status": 500, "probability": 0.2},
    {"kind": "throttle", "times": 3, "retry_after": 0},
    {"kind": "throttle", "times": 2, "retry_after": "Sun Nov  8 08:49:37 2026"},
    {"kind": "throttle", "times": 2, "retry_after": "Tue, 24 Nov 2026 08:00:00 -0000"},
    {"kind": "unavailable", "times": 9, "dataset": LIVE},
    {"kind": "private", "dataset": OLD},
    {"kind": "gone", "dataset": OLD},
    {"kind": "end_soda2", "after": 2},
    {"kind": "hang", "times": 1, "dataset": LIVE, "seconds": 4},
    {"kind": "hang_in_body", "times": 1, "dataset": LIVE, "seconds": 4},
    {"kind": "cut", "times": 2, "dataset": LIVE},
    {"kind": "drip", "dataset": LIVE, "seconds": 0.5},
    {"kind": "reset", "times": 2, "dataset": LIVE},
    {"kind": "html", "times": 2},
    {"kind": "wrap"},
    {"kind": "shuffle"},
    {"kind": "moving", "amount": 20, "dataset": LIVE},
    {"kind": "repeat", "share": 0.2},
    {"kind": "rename", "dataset": LIVE, "column": "locator_gis_returned_address", "to": "where_it_is"},
    {"kind": "remove", "dataset": LIVE, "column": "type"},
    {"kind": "add", "column": "mood"},
    {"kind": "shrink", "dataset": LIVE, "share": 0.005},
    {"kind": "null_stamps", "dataset": LIVE},
    {"kind": "odd_stamps", "dataset": LIVE},
    {"kind": "future_stamps", "share": 0.01},
    {"kind": "null_updates", "share": 0.001},
    {"kind": "future_updates", "share": 0.001},
    {"kind": "count_off", "dataset": LIVE, "amount": 5, "times": 1},
)
