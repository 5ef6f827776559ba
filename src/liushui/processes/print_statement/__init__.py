"""Print a statement (打印对账单) with a verification code."""
