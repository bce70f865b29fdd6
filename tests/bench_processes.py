"""How long the function takes from the start of its process to its first request for an event, how long one event takes it
from then on, and how much memory it needs: beside a function that does nothing, in the same run, taking turns.

    cargo lambda build --release --package tierguard-lambda
    cargo lambda build --release --package tierguard-lambda --example empty
    python3 tests/bench_processes.py

Only Python's own library; the Runtime API here is a socket that notes when it was asked. `--folder` is where cargo-lambda
puts what it builds.
"""

import argparse
import http.server
import os
import pathlib
import statistics
import subprocess
import tempfile
import threading
import time
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
EVENT = (ROOT / "events/seed/web-ssh-from-anywhere/event.json").read_bytes()
# A call that failed: nothing is looked up, so what is measured is the process.
FAILED = EVENT.replace(b'"eventName"', b'"errorCode": "Client.UnauthorizedOperation", "eventName"', 1)


class RuntimeApi(http.server.ThreadingHTTPServer):
    """Hands out one event, and keeps whoever asks for another waiting."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked = threading.Event()
        self.answered = threading.Event()
        self.go = threading.Event()
        self.at = {}

    def handle_error(self, *_):
        """A process that is ended leaves its connection broken: that is no news."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        server = self.server
        if server.asked.is_set():
            time.sleep(60)  # the process is ended long before
            return
        server.at["asked"] = time.perf_counter()
        server.asked.set()
        server.go.wait()
        self.send_response(200)
        for name, value in {
            "Lambda-Runtime-Aws-Request-Id": "1",
            "Lambda-Runtime-Deadline-Ms": str(int(time.time() * 1000) + 30_000),
            "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-west-1:111122223333:function:tierguard",
            "Content-Length": str(len(FAILED)),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        server.at["handed"] = time.perf_counter()
        self.wfile.write(FAILED)

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.at["answered"] = time.perf_counter()
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.server.answered.set()

    def log_message(self, *_):
        pass


def run(binary):
    """One process: milliseconds to the first request, milliseconds for one event, peak memory in MB."""
    api = RuntimeApi()
    threading.Thread(target=api.serve_forever, daemon=True).start()
    environment = {
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api.server_address[1]}",
        "AWS_LAMBDA_FUNCTION_NAME": "tierguard",
        "AWS_LAMBDA_FUNCTION_VERSION": "1",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_LOG_GROUP_NAME": "log",
        "AWS_LAMBDA_LOG_STREAM_NAME": "log",
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "none",
        "AWS_SECRET_ACCESS_KEY": "none",
        "TIERGUARD_POLICY": str(ROOT / "infra/policy.yaml"),
        "TIERGUARD_TOPIC_ARN": "arn:aws:sns:eu-west-1:111122223333:tierguard",
        "TIERGUARD_ROLE_ARN": "arn:aws:iam::111122223333:role/tierguard",
        # As on Amazon Linux, where the system's certificates are one file.
        "SSL_CERT_FILE": os.environ.get("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt"),
    }
    start = time.perf_counter()
    process = subprocess.Popen([binary], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert api.asked.wait(20), f"{binary} asked for no event"
        api.go.set()
        assert api.answered.wait(20), f"{binary} did not answer"
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    finally:
        process.kill()
        process.wait()
        api.shutdown()
        api.server_close()
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    milliseconds = lambda since, until: (until - since) * 1000
    return milliseconds(start, api.at["asked"]), milliseconds(api.at["handed"], api.at["answered"]), peak / 1024


def program(folder, scratch):
    """The program in `folder`, or, if it is zipped there, taken out to `scratch`."""
    if (folder / "bootstrap").exists():
        return folder / "bootstrap"
    zipfile.ZipFile(folder / "bootstrap.zip").extract("bootstrap", scratch)
    (scratch / "bootstrap").chmod(0o755)
    return scratch / "bootstrap"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    parser.add_argument("--folder", type=pathlib.Path, default=target / "lambda")
    parser.add_argument("--rounds", type=int, default=30)
    options = parser.parse_args()
    scratch = tempfile.TemporaryDirectory()
    binaries = {
        name: program(options.folder / folder, pathlib.Path(scratch.name) / name)
        for name, folder in (("empty", "empty"), ("tierguard", "tierguard-lambda"))
    }
    runs = {name: [] for name in binaries}
    for _ in range(options.rounds):
        for name, binary in binaries.items():
            runs[name].append(run(binary))
    print(f"{'':<12}{'start (ms)':>12}{'event (ms)':>12}{'peak (MB)':>12}   medians of {options.rounds}, taking turns")
    medians = {name: [statistics.median(column) for column in zip(*rows)] for name, rows in runs.items()}
    for name, (started, answered, peak) in medians.items():
        print(f"{name:<12}{started:>12.1f}{answered:>12.2f}{peak:>12.1f}")
    print(f"{'difference':<12}{medians['tierguard'][0] - medians['empty'][0]:>12.1f}")


if __name__ == "__main__":
    main()
