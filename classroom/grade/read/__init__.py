"""What is handed in: folders and zips, rosters, notebooks, and the part of a notebook that an answer needs."""
