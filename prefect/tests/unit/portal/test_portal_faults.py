"""When a fault hits."""

from __future__ import annotations

import pytest

from portal.distort import DISTORTIONS
from portal.faults import CUT, KINDS, RENAME, THROTTLE, Fault, FaultBoard, fault_from


def hits(board: FaultBoard, requests: int, area: str = "resource", dataset: str = "rq3b-xjk8") -> list[bool]:
    return [bool(board.hitting(area, dataset)) for _ in range(requests)]


def test_it_spares_the_first_and_ends_after_its_number_of_times() -> None:
    board = FaultBoard([Fault(THROTTLE, after=2, times=3)])
    assert hits(board, 7) == [False, False, True, True, True, False, False]
    assert board.fired() == {THROTTLE: 3}


def test_it_hits_only_the_dataset_and_area_it_names() -> None:
    board = FaultBoard([Fault(CUT, dataset="rq3b-xjk8", area="resource")])
    assert hits(board, 1) == [True]
    assert hits(board, 1, dataset="2cy6-i7zn") == [False]
    assert hits(board, 1, area="views") == [False]


def test_chance_is_repeatable_by_its_seed() -> None:
    first, again, other = (FaultBoard([Fault(CUT, probability=0.5, seed=seed)]) for seed in (1, 1, 2))
    pattern = hits(first, 40)
    assert hits(again, 40) == pattern != hits(other, 40)
    assert 8 < sum(pattern) < 32


def test_several_faults_hit_together_until_cleared() -> None:
    board = FaultBoard([Fault(CUT), Fault(RENAME, column="address", to="place")])
    assert [fault.kind for fault in board.hitting("resource", "rq3b-xjk8")] == [CUT, RENAME]
    board.clear()
    assert board.hitting("resource", "rq3b-xjk8") == ()


def test_every_kind_that_changes_data_is_declared() -> None:
    assert set(DISTORTIONS) < KINDS


@pytest.mark.parametrize("declared", [{"kind": "explode"}, {"kind": "cut", "often": 3}, {"times": 1}])
def test_what_is_no_fault_is_rejected(declared: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="fault"):
        fault_from(declared)
