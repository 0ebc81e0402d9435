"""How the reports speak HTTP: whole requests first, then a thread; no client holds what others need."""
