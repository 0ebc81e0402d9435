"""A small local Socrata portal: the sample city in the wire format of SODA 2 and 3, with faults."""
