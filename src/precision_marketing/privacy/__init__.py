"""What of a build is published of people, and that nothing is left of the erased."""
