"""Build the site, and write what it needs to be served."""
