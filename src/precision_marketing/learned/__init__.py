"""What learns from labelled candidates: rankings, their explanation, propensity."""
