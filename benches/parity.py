#!/usr/bin/env python3
"""Compares the files of `laneway route` with those of `git diff`, on real pairs of commits.

    python3 benches/parity.py LANEWAY POLICY GIT_DIR PAIRS

LANEWAY is the binary, POLICY a folder with `ownership-maps/` and `lanes/` (what it says does not matter here), GIT_DIR
a repository, bare or not, and PAIRS a table with the columns `base` and `head` (and `stratum`, for the summary).
Each pair is compared with `git diff --name-status --no-renames base...head`: paths as bytes, and statuses, where a
change of type counts as a modification. Ends with 1 where a pair differs or cannot be read.
"""

import collections
import csv
import json
import subprocess
import sys
import time

STATUS = {b"A": "added", b"M": "modified", b"T": "modified", b"D": "deleted"}


def by_git(git_dir, base, head):
    command = ["git", "-C", git_dir, "diff", "--name-status", "--no-renames", "-z", f"{base}...{head}"]
    fields = subprocess.run(command, check=True, capture_output=True).stdout.split(b"\0")[:-1]
    return {path: STATUS[status] for status, path in zip(fields[::2], fields[1::2], strict=True)}


def by_laneway(laneway, policy, git_dir, base, head):
    command = [laneway, "route", "-C", git_dir, "--policy", policy, "--base", base, "--head", head, "--format", "json"]
    run = subprocess.run(command, check=False, capture_output=True)
    if run.returncode != 0:
        raise RuntimeError(f"exit code {run.returncode}: {run.stderr.decode(errors='replace').strip()}")
    route = json.loads(run.stdout)
    if route["change"]["merge_base"] is None:
        raise RuntimeError("no merge base")
    files = {}
    for file in route["files"]:
        hexadecimal = file.get("path_bytes")
        files[bytes.fromhex(hexadecimal) if hexadecimal else file["path"].encode()] = file["status"]
    if len(files) != len(route["files"]):
        raise RuntimeError("a path is listed twice")
    return files


def main():
    laneway, policy, git_dir, pairs = sys.argv[1:]
    with open(pairs, newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    same, files, strata = 0, collections.Counter(), collections.Counter()
    seconds = collections.Counter()
    for row in rows:
        base, head = row["base"], row["head"]
        try:
            started = time.perf_counter()
            expected = by_git(git_dir, base, head)
            between = time.perf_counter()
            found = by_laneway(laneway, policy, git_dir, base, head)
            seconds["git"] += between - started
            seconds["laneway"] += time.perf_counter() - between
        except (RuntimeError, ValueError, KeyError, subprocess.CalledProcessError) as error:
            print(f"{base}...{head}: {error}")
            continue
        if found == expected:
            same += 1
            files.update(expected.values())
            strata[row.get("stratum", "")] += 1
            continue
        print(f"{base}...{head}:")
        for path in sorted(expected.keys() | found.keys()):
            if expected.get(path) != found.get(path):
                print(f"  {path!r}: git {expected.get(path)}, laneway {found.get(path)}")
    count = lambda counter: ", ".join(f"{number} {name}" for name, number in counter.most_common())
    print(f"{same} of {len(rows)} pairs the same ({count(strata)})")
    print(f"{sum(files.values())} files ({count(files)})")
    print(f"git {seconds['git']:.1f} s, laneway {seconds['laneway']:.1f} s")
    return 0 if same == len(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
