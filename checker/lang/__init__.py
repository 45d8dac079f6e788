"""The policy language: text to tree to typed tree to value; it knows nothing of loans."""
