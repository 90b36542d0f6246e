include half::mid::deep
