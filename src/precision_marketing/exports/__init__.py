"""What leaves the published file: audiences for ad platforms, marts for other tools."""
