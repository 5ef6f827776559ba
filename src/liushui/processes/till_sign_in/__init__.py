"""Teller signs in (签到): takes a till against its last count."""
