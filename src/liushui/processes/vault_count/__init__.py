"""The vault or a machine is counted by two people."""
