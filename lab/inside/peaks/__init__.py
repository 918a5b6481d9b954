"""What a machine gives each library: a module a framework."""
