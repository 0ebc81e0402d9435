"""Texts that the city publishes about a request, served as they are: in its detail and at the end of exports.

A new one is a column of ``service_requests`` and a line here.
"""

PUBLISHED_TEXTS = {
    "outcome": "The city's resolution code",
    "reason": "The city's reason code",
}
"""Column of ``service_requests``, and its description."""
