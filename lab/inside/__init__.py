"""What runs in a framework's own process, under Python 3.6 as well."""
