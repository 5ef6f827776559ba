"""Other banks' histories, brought in through the same posting path as any request."""
