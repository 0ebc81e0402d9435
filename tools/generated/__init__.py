"""Documents that ``make format`` generates from the code; ``make lint`` reports stale ones."""
