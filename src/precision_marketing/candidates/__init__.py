"""From the lists of all scorers to one list of candidates, and what is said of them."""
