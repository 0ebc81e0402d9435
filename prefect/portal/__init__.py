"""A small local Socrata portal: the sample city in SODA 2's wire format, and its faults."""
