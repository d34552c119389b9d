"""Runs every benchmark of this folder, one after the other: `make bench`."""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent

for script in sorted(HERE.glob("bench_*.py")):
    print(f"\n== {script.name}", flush=True)
    # Pages for the browser are made by the tests, which find the extensions as pytest does.
    subprocess.run([sys.executable, "-m", f"benchmarks.{script.stem}"], cwd=HERE.parent, check=True,
                   env=os.environ | {"PYTHONPATH": "_ext"})
