"""A made-up world around real public data, so that every page has something to show."""
