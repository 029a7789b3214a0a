"""For the lecture: decks of slides and question banks, both made from the executed lessons."""
