"""Change a customer's contact and document (变更客户资料)."""
