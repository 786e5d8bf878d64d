#!/usr/bin/env python3
"""Times `laneway run` of many trivial gates beside `xargs -P`.

usage: run.py LANEWAY FOLDER [GATES] [ROUNDS]

FOLDER is made: a repository with one lane of GATES gates (300), each `: N`. Every row runs the same commands with the same
shell, as many at once as there are processors, in the same rounds; medians in milliseconds are printed.
"""

import os
import statistics
import subprocess
import sys
import time


def git(folder, *arguments):
    identity = ["-c", "user.name=n", "-c", "user.email=e@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL)


def make(folder, gates):
    os.makedirs(folder + "/ownership-maps")
    os.makedirs(folder + "/lanes")
    with open(folder + "/ownership-maps/package-ownership.md", "w") as file:
        file.write("| Package | Domain |\n|---|---|\n| `**` | core |\n")
    with open(folder + "/lanes/core.yaml", "w") as file:
        file.write("domain_lane:\n  domain_id: core\n  domain_local_gates:\n")
        for gate in range(gates):
            file.write(f"    - {{id: g{gate:04}, title: Gate {gate}, run: ': {gate}'}}\n")
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "base")
    git(folder, "checkout", "-q", "-b", "work")
    with open(folder + "/a.txt", "w") as file:
        file.write("a\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "change")


def main():
    laneway, folder = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    gates = int(sys.argv[3]) if len(sys.argv) > 3 else 300
    rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 9
    make(folder, gates)
    jobs = str(os.cpu_count())
    commands = "".join(f": {gate}\0" for gate in range(gates)).encode()
    run = [laneway, "run", "--base", "main", "--jobs", jobs, "--logs", "none"]
    xargs = ["xargs", "-0", "-n1", "-P", jobs, "bash", "-eo", "pipefail", "-c"]
    rows = {
        f"xargs -P{jobs} bash -eo pipefail -c": (xargs, commands),
        "laneway route": ([laneway, "route", "--base", "main"], None),
        "laneway run --no-record": (run + ["--no-record"], None),
        "laneway run": (run, None),
        "laneway run --reuse (all cited)": (run + ["--reuse"], None),
    }
    times = {name: [] for name in rows}
    for _ in range(rounds):
        for name, (command, given) in rows.items():
            begun = time.monotonic()
            subprocess.run(command, cwd=folder, input=given, check=True, capture_output=True)
            times[name].append((time.monotonic() - begun) * 1000)
    print(f"{gates} gates, {jobs} at once, {rounds} rounds")
    for name, own in times.items():
        print(f"{name:40} {statistics.median(own):8.1f} ms   {min(own):8.1f}-{max(own):.1f}")


if __name__ == "__main__":
    main()
