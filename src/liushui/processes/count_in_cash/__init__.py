"""Branch cash that stands in the books without notes is counted into the vault."""
