"""What every report has in common: controls, address, cards, states, downloads. Reports are in ``pages/``."""
