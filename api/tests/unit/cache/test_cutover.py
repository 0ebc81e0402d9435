from __future__ import annotations

import time

from lacity_data_api.cache.cutover import Cutover


def test_a_planned_cutover_is_made_once_it_is_due() -> None:
    cutover, made = Cutover(), []
    cutover.make_if_due()
    cutover.plan(time.time() + 60, lambda: made.append("later"))
    cutover.make_if_due()
    assert made == []
    cutover.plan(time.time(), lambda: made.append("now"))
    for _ in range(2):
        cutover.make_if_due()
    assert made == ["now"]


def test_a_cutover_that_was_made_early_is_not_repeated() -> None:
    cutover, made = Cutover(), []
    cutover.plan(time.time(), lambda: made.append("now"))
    cutover.make()
    cutover.make()
    cutover.make_if_due()
    assert made == ["now"]


def test_a_cutover_may_plan_the_next_one() -> None:
    cutover, made = Cutover(), []

    def first() -> None:
        made.append("first")
        cutover.plan(time.time(), lambda: made.append("second"))

    cutover.plan(time.time(), first)
    cutover.make_if_due()
    assert made == ["first"]
    cutover.make_if_due()
    assert made == ["first", "second"]
