"""The defaults of what the listings of today call, by the names that they
call it by: snippets/*/defaults.txt says which calls and which arguments."""

import importlib.util
import inspect
from functools import reduce
from pathlib import Path

SNIPPETS = Path(__file__).resolve().parent.parent.parent / "snippets"


def listing(folder):
    """The module convnet.py of a framework's folder."""
    path = folder / "convnet.py"
    spec = importlib.util.spec_from_file_location(folder.name, str(path))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def default(call, argument):
    if inspect.isclass(call):
        call = call.__init__
    parameters = inspect.signature(inspect.unwrap(call)).parameters
    found = parameters[argument].default
    if found is inspect.Parameter.empty:
        return f"{argument} must be given"
    # CNTK wraps what default_options() may override.
    return f"{argument}={getattr(found, 'value', found)!r}"


def show(era):
    for path in sorted(SNIPPETS.glob("*/defaults.txt")):
        manifest = path.with_name("framework.toml").read_text("utf-8")
        if f'\nera = "{era}"\n' not in manifest:
            continue
        module = listing(path.parent)
        for line in path.read_text("utf-8").splitlines():
            name, arguments = line.split(": ")
            call = reduce(getattr, name.split("."), module)
            shown = [default(call, argument) for argument in arguments.split()]
            print(f"{path.parent.name}  {name}: {', '.join(shown)}")


if __name__ == "__main__":
    show("today")
