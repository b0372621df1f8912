"""A tree of a few files in a temporary folder, for the tests of the checks in this folder."""

import contextlib
import pathlib
import subprocess
import sys
import tempfile

TOOLS = pathlib.Path(__file__).parent


@contextlib.contextmanager
def small_tree(files, changed):
    """Writes `files`, then `changed` over them, and gives the folder. A file of None is left out."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in {**files, **changed}.items():
            if text is None:
                continue
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        yield root


def run_check(name, root):
    """Runs a check over a tree: its exit status and what it printed."""
    done = subprocess.run(
        [sys.executable, str(TOOLS / name), str(root)], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr
