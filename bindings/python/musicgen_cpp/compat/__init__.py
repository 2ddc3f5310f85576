"""Other libraries' names for this package."""
