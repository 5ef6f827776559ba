"""Block an account (止付、冻结) on a court's order or the customer's request."""
