"""One ConvNet in many frameworks, a folder each; see __main__.py."""
