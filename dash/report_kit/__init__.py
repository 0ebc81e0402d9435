"""The shared parts of all reports: controls, URLs, cards, states, downloads. Reports are in ``pages/``."""
