"""What all reports share: controls, address, cards, states, downloads. The reports are in ``pages/``."""
