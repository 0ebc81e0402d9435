from __future__ import annotations

from scenarios.generations import History


def test_first_and_newer_responses_are_correct() -> None:
    history = History()
    assert history.see(7, sent=0, arrived=1) == ""
    assert history.see(7, sent=1, arrived=2) == ""
    assert history.see(8, sent=2, arrived=3) == ""


def test_older_response_after_a_newer_one_is_wrong() -> None:
    history = History()
    history.see(8, sent=0, arrived=1)
    assert history.see(7, sent=1, arrived=2) == "a response of generation 7 after one of generation 8"


def test_older_response_in_flight_is_correct() -> None:
    history = History()
    history.see(7, sent=0, arrived=1)
    history.see(8, sent=2, arrived=5)
    assert history.see(7, sent=4.9, arrived=6) == ""
    assert history.see(7, sent=5, arrived=6) != ""


def test_generation_is_new_once() -> None:
    history = History()
    assert history.is_new(7)
    history.see(7, sent=0, arrived=1)
    assert not history.is_new(7)
    assert history.is_new(8)


def test_newer_response_counts_from_its_arrival_on() -> None:
    history = History()
    history.see(8, sent=0, arrived=1)
    assert history.see(7, sent=30, arrived=31) == "a response of generation 7 after one of generation 8"


def test_first_generation_may_be_zero_and_an_older_one_is_new() -> None:
    history = History()
    history.see(0, sent=0, arrived=1)
    assert not history.is_new(0)
    history.see(7, sent=1, arrived=2)
    assert history.is_new(6)
