"""What trains, compares and converts the frameworks of snippets/."""
