include half::mid::nosuch
