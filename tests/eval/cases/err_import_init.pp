include bad::fine
