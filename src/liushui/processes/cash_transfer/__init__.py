"""Cash moves between vault, tills and machines (调拨), both people counting."""
