"""What the pages read. Lists are read by key (« after this row »), never by rank: page 10 000 costs what page 1 does."""
