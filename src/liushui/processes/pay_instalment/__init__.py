"""零存整取续存 Pay an instalment in."""
