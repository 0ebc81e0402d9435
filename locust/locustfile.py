"""All scenarios, for Locust to find: ``python -m locust --host http://127.0.0.1:5000``."""

from locust import events

from scenarios import interrupts, places, verdict
from scenarios.analyst import Analyst
from scenarios.crawler import Crawler
from scenarios.data_user import DataUser
from scenarios.map_visitor import MapVisitor
from scenarios.operations import Operations

__all__ = ["Analyst", "Crawler", "DataUser", "MapVisitor", "Operations"]

events.init_command_line_parser.add_listener(verdict.add_options)
events.init.add_listener(interrupts.end_orderly)
events.init.add_listener(places.learn_early)
events.test_start.add_listener(places.learn_late)
events.init.add_listener(verdict.set_clock)
events.quitting.add_listener(verdict.judge)
