"""The nouns and the tables: what every floor above speaks about."""
