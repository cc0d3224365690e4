"""How dates are written in each language where Django's own manner is not enough."""
