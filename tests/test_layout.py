import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_engine_loads_neither_streamlit_nor_plotly():
    modules = [f"simplenet.{path.stem}" for path in (ROOT / "simplenet").glob("[!_]*.py")]
    assert len(modules) >= 8
    program = (
        f"import sys, importlib; [importlib.import_module(m) for m in {modules}];"
        "print(sorted({'streamlit', 'plotly', 'pages', 'app'} & set(sys.modules)))"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"


def test_a_worker_that_reads_the_main_file_loads_no_streamlit():
    program = "import sys, runpy; runpy.run_path('app.py', run_name='__mp_main__');"
    found = subprocess.run(
        [sys.executable, "-c", f"{program} print('streamlit' in sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == "False"
