COPY page ({columns}) FROM STDIN (FORMAT csv, HEADER MATCH)
