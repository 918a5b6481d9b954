"""The HTML and XML of pages/templates/, filled in; values are escaped."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parents[1] / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def render_template(file: str, **values: Any) -> str:
    """Return a template with its values. Raises UndefinedError for one that
    is missing."""
    return ENVIRONMENT.get_template(file).render(values)
