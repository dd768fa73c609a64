"""Each scorer: its model fitted to a window, its lists of the scored users."""
