"""The workflow engine: processes, decisions, working time. Pure; knows no bank."""
