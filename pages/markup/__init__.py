"""Write Markdown and HTML: text, numbers, tables, tabs, marks."""
