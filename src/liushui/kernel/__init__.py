"""Values that every part of the bank shares: money, dates, clock, faults. Pure; imports nothing of ours."""
