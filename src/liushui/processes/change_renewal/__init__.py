"""变更到期处理 Change what is done at maturity."""
