"""Files of other formats and other people: recognised, parsed in a process of their own, mapped to our columns."""
