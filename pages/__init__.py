"""What writes the generated parts of the site: `python -m pages`.

A module writes the parts of one page, or of one section of it: its
`parts(folder)` returns each whole, by path, from the results in `folder`.
"""
