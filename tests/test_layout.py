import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def printed(program):
    """Return what a program prints, in a process of its own."""
    command = [sys.executable, "-c", program]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return found.stdout.strip()


def test_the_engine_loads_neither_streamlit_nor_plotly():
    files = [path.relative_to(ROOT) for path in (ROOT / "simplenet").rglob("[!_]*.py")]
    files = [path for path in files if "migrations" not in path.parts]  # Alembic runs those.
    modules = [".".join(path.with_suffix("").parts) for path in files]
    assert len(modules) >= 30
    program = (
        f"import sys, importlib; [importlib.import_module(m) for m in {modules}];"
        "print(sorted({'streamlit', 'plotly', 'pages', 'app'} & set(sys.modules)))"
    )
    assert printed(program) == "[]"


def test_the_articles_functions_are_at_hand_and_files_are_loaded_when_needed():
    program = "import sys, simplenet as s; before = 'safetensors' in sys.modules;"
    names = "s.sigmoid, s.softmax, s.numerical_gradient_2d, s.save_model, s.load_model"
    program += f"print(before, all(map(callable, [{names}])), 'safetensors' in sys.modules,"
    assert printed(f"{program} hasattr(s, 'x'))") == "False True True False"


def test_a_worker_that_reads_the_main_file_loads_no_streamlit():
    program = "import sys, runpy; runpy.run_path('app.py', run_name='__mp_main__');"
    assert printed(f"{program} print('streamlit' in sys.modules)") == "False"


def test_a_server_begins_without_what_its_first_page_does_not_need():
    program = "import sys, pages.session, simplenet.study.agreement;"  # My runs has it at once.
    late = "{'sklearn', 'scipy', 'pandas', 'distributed'}"
    assert printed(f"{program} print(sorted({late} & set(sys.modules)))") == "[]"


def test_the_map_of_the_readme_names_every_file():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rooms = dict(re.findall(r"^\| `((?:simplenet|pages)/\S*)` \| (.*) \|$", readme, re.MULTILINE))
    for package in ("simplenet", "pages"):
        folders = {path.parent for path in (ROOT / package).rglob("*.py")}
        # A component is a folder, and its name says what it is.
        folders = {path for path in folders if path.parent.name != "components"}
        folders = {path for path in folders if "migrations" not in path.parts}
        named = {ROOT / room for room in rooms if room.startswith(f"{package}/")}
        assert named == folders
    for room, words in rooms.items():
        files = {path.name for path in (ROOT / room).glob("[!_]*.py")}
        assert set(re.findall(r"`(\w+\.py)`", words)) == files, room


def test_what_is_promised_names_the_tests_that_hold_it():
    promised = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[^`]+)`", promised) + re.findall(r"\]\(([^)]+)\)", promised)
    assert len(named) > 6
    assert [name for name in named if not (ROOT / name).exists()] == []
    assert "](SECURITY.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
