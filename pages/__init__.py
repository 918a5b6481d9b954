"""What the site derives from folders and results: `python -m pages`."""
