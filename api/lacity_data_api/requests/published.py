"""Texts that the city publishes about a request, served unchanged in its details and at the end of exports.

To add one, add a column to ``service_requests`` and a line here.
"""

PUBLISHED_TEXTS = {
    "outcome": "The city's resolution code",
    "reason": "The city's reason code",
}
"""Column of ``service_requests``, and its description."""
