"""What the site derives from the folders and the results: `python -m pages`."""
