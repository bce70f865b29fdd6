"""How fast CloudTrail logs are read: `tierguard replay` beside what people use today, on the same logs, in the same run, taking
turns; medians. The ratios are of processor time, which other work on the machine disturbs least.

    cargo build --release --package tierguard-cli --package tierguard-logs
    python3 tests/bench_reading.py [--large]

The logs are made by tierguard-logs. Needs gzip, jq and taskset, and for the first run a package index: DuckDB goes into a venv of
its own beside what cargo builds. `--large` also reads 10 GB (and needs as much room). The answer is Markdown.
"""

import argparse
import json
import os
import pathlib
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
DUCKDB = "2.0.1"
MB = 1_000_000
# What jq, DuckDB and Python are to find, which is less than tierguard looks for: the calls of security groups.
NAMES = r"(Authorize|Revoke|Modify|Update|Create|Delete).*SecurityGroup.*"

PYTHON = f"""
import gzip, json, pathlib, re, sys
names = re.compile(r"{NAMES}")
found = 0
for path in pathlib.Path(sys.argv[1]).rglob("*.json*"):
    with (gzip.open if path.suffix == ".gz" else open)(path, "rb") as file:
        for record in json.load(file)["Records"]:
            found += names.fullmatch(record["eventName"]) is not None
print(found)
"""

DUCK = """
import duckdb, sys
threads, path = sys.argv[1:]
duckdb.execute(f"set threads = {threads}; set enable_progress_bar = false")
print(duckdb.execute('''
    select count(*) from (
        select unnest(Records) as record
        from read_json(?, columns = {Records: 'JSON[]'}, maximum_object_size = 67108864)
    ) where regexp_full_match(record ->> 'eventName', 'NAMES')
''', [path]).fetchone()[0])
""".replace("NAMES", NAMES)


def missing(tools):
    """What is needed and is not there ends the run, with what to do."""
    absent = [tool for tool in tools if shutil.which(tool) is None]
    if absent:
        sys.exit(f"{', '.join(absent)} cannot be found: install it with the system's packages")


def binary(name):
    path = TARGET / "release" / name
    if not path.exists():
        sys.exit(f"{path} is not there: build it as the head of this file says")
    return str(path)


def venv():
    """A Python that has DuckDB."""
    folder = TARGET / f"bench-reading-venv-{DUCKDB}"
    python = folder / "bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    if subprocess.run([python, "-c", "import duckdb"], stderr=subprocess.DEVNULL).returncode:
        subprocess.run([folder / "bin/pip", "install", "--quiet", f"duckdb=={DUCKDB}"], check=True)
    return str(python)


def logs(folder, megabytes, options):
    """Logs of that size, made if they are not there; with what was made."""
    name = "-".join([str(megabytes), *options]).replace("--", "")
    out = folder / name
    made = folder / f"{name}.made.json"
    if not made.exists():
        shutil.rmtree(out, ignore_errors=True)
        size = ["--size", f"{megabytes}MB", "--accounts", "5", "--regions", "3", "--days", "30"]
        command = [binary("tierguard-logs"), "--out", out, "--seed", "1", *size, *options]
        text = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        made.write_text(text)
    return out, json.loads(made.read_text())


def replay(out):
    """The replay of the logs in `out`, in the format that tells least. On how many cores is for taskset to say."""
    help_text = subprocess.run([binary("tierguard"), "replay", "--help"], stdout=subprocess.PIPE, text=True).stdout
    return [binary("tierguard"), "replay", "--format", "json" if "- json:" in help_text else "jsonl", str(out)]


def run(command):
    """Seconds, seconds of processor time, peak memory in MB, and a file of what it printed. Exit status 2 is a finding.

    What is printed is not held here: the peak of a process begins with that of the one that starts it."""
    answer, errors = tempfile.TemporaryFile(), tempfile.TemporaryFile()
    start = time.perf_counter()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=answer, stderr=errors)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    answer.seek(0)
    errors.seek(0)
    if process.returncode not in (0, 2):
        said = errors.read(2000).decode(errors="replace")
        sys.exit(f"{shlex.join(map(str, command))} ended with {process.returncode}: {said}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, answer


def pinned(command):
    return ["taskset", "-c", "0", *command]


INFLATE = "inflate only, same library"
TIERGUARD = "tierguard, 1 core"


def contenders(out, is_plain, python):
    """Each way to read the logs in `out`: its name and its command."""
    pattern = "*.json" if is_plain else "*.json.gz"
    files = f"find {shlex.quote(str(out / 'AWSLogs'))} -name {shlex.quote(pattern)} -print0 | xargs -0"
    unpacked = f"{files} cat" if is_plain else f"{files} gzip -dc"
    jq = f"jq -c '.Records[] | select(.eventName | test(\"^{NAMES}$\"))'"
    glob = str(out / "AWSLogs/**" / pattern)
    inflate = {} if is_plain else {INFLATE: pinned([binary("inflate"), str(out / "AWSLogs")])}
    return {
        f"{'cat' if is_plain else 'gzip -dc'} \\| wc -c": pinned(["sh", "-c", f"{unpacked} | wc -c"]),
        "jq": pinned(["sh", "-c", f"{unpacked} | {jq} | wc -l"]),
        "Python, json": pinned([sys.executable, "-c", PYTHON, str(out / "AWSLogs")]),
        "DuckDB, 1 core": pinned([python, "-c", DUCK, "1", glob]),
        f"DuckDB, {os.cpu_count()} cores": [python, "-c", DUCK, str(os.cpu_count()), glob],
        # One right after the other: the ratio of these two matters, and machines have slow minutes.
        **inflate,
        TIERGUARD: pinned(replay(out)),
        f"tierguard, {os.cpu_count()} cores": replay(out),
    }


def take_turns(commands, times):
    """Seconds, processor seconds and memory of each run of each command. Those that count the same things must agree."""
    runs = {name: [] for name in commands}
    counts = {}
    for _ in range(times):
        for name, command in commands.items():
            *figures, answer = run(command)
            runs[name].append(figures)
            if name.startswith(("jq", "Python", "DuckDB")):
                counts[name] = int(answer.read())
    if len(set(counts.values())) != 1:
        sys.exit(f"they do not find the same: {counts}")
    return runs


def ratio(runs, others):
    """How much more processor time `runs` took than `others`: the median of the ratios of each turn."""
    return statistics.median(one[1] / other[1] for one, other in zip(runs, others))


def table(head, rows):
    print(f"| {' | '.join(head)} |\n|{'---|' * len(head)}")
    for row in rows:
        print(f"| {' | '.join(str(cell) for cell in row)} |")
    print(flush=True)


def speeds(folder, megabytes, times, is_plain, python):
    out, made = logs(folder, megabytes, ["--plain"] if is_plain else [])
    size = made["bytes"]
    runs = take_turns(contenders(out, is_plain, python), times)
    mix = f"1 record in {made['records'] / made['changes']:.0f} is a call of security groups"
    kept = "" if is_plain else f", {made['kept-bytes'] / MB:.0f} MB in gzip"
    print(f"### {'Plain' if is_plain else 'Gzip'}: {size / MB:.0f} MB of JSON{kept}, {made['files']} files, {made['records']} records; {mix}\n")
    rows = []
    for name, of_name in runs.items():
        seconds, processor, memory = (statistics.median(column) for column in zip(*of_name))
        rates = f"{size / seconds / 1e9:.3f}", f"{size / processor / 1e9:.3f}"
        rows.append([name, f"{seconds:.2f}", f"{processor:.2f}", *rates, f"{ratio(of_name, runs[TIERGUARD]):.2f}", f"{memory:.0f}"])
    head = ["", "seconds", "of processor time", "GB/s", "GB/s per core", "processor time, in tierguard's on 1 core", "peak MB"]
    table(head, rows)
    if not is_plain:
        print(f"tierguard on one core takes {ratio(runs[TIERGUARD], runs[INFLATE]):.2f} times the processor time of inflating alone with the same library.\n")


def memory(folder, sizes):
    print("### Peak memory of `tierguard replay`, gzip\n")
    rows = []
    for megabytes in sizes:
        out, made = logs(folder, megabytes, [])
        seconds, _, peak, _ = run(replay(out))
        rows.append([f"{made['bytes'] / MB:.0f}", f"{made['kept-bytes'] / MB:.0f}", f"{peak:.0f}", f"{seconds:.1f}"])
    table(["MB of JSON", "MB of gzip", "peak MB", "seconds"], rows)


def agree(folder, megabytes):
    """That what is measured is the right answer: the violations that the generator meant, each once."""
    out, made = logs(folder, megabytes, [])
    answer = run([binary("tierguard"), "replay", "--format", "jsonl", str(out)])[3]
    reports = (json.loads(line) for line in answer)
    found = len({report["event_id"] for report in reports if report["verdict"] == "violation"})
    meant = sum(made["violations-by-tier"].values())
    if found != meant:
        sys.exit(f"tierguard finds {found} violations, the generator meant {meant}")
    print(f"Of the {made['records']} records {found} are violations, as they were meant to be.\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=100, help="how much JSON the contenders read (default: 100)")
    parser.add_argument("--times", type=int, default=5, help="how often each of them reads it (default: 5)")
    parser.add_argument("--large", action="store_true", help="measure memory at 10 GB too")
    parser.add_argument("--folder", type=pathlib.Path, default=TARGET / "bench-reading", help="where logs are kept between runs")
    args = parser.parse_args()
    missing(["gzip", "jq", "taskset"])
    python = venv()
    agree(args.folder, args.megabytes)
    for is_plain in (True, False):
        speeds(args.folder, args.megabytes, args.times, is_plain, python)
    memory(args.folder, [10, 100, 1000] + ([10_000] if args.large else []))


main()
