"""Documents that ``make format`` writes from the code; ``make lint`` names the stale ones."""
