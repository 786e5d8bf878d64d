#!/usr/bin/env python3
"""Time `laneway backtest` beside `git log --first-parent -m --name-status` over the same commits.

    backtest.py LANEWAY GIT_DIR [--policy DIR] [--changes 5000] [--rounds 9]

A round runs every row once, in order, and ratios to git are taken inside a round, so that the drift of a shared machine
cancels. The first round is not counted. Without --policy, one is made of the repository's head: each folder of the first
two levels is a domain with a row, a lane and one gate.
"""
import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
args.add_argument("laneway")
args.add_argument("repository")
args.add_argument("--policy")
args.add_argument("--changes", type=int, default=5000)
args.add_argument("--rounds", type=int, default=9)
a = args.parse_args()
env = dict(os.environ, GIT_CONFIG_GLOBAL=os.devnull, GIT_CONFIG_NOSYSTEM="1", NO_COLOR="1")


def made_policy(folder):
    tree = subprocess.run(["git", "-C", a.repository, "ls-tree", "-r", "-z", "--name-only", "HEAD"], env=env,
                          stdout=subprocess.PIPE, check=True).stdout.decode(errors="replace").split("\0")
    folders = sorted({"/".join(path.split("/")[:2][:path.count("/")]) for path in tree if "/" in path})
    os.makedirs(os.path.join(folder, "ownership-maps"))
    os.makedirs(os.path.join(folder, "lanes"))
    with open(os.path.join(folder, "ownership-maps/packages.md"), "w", encoding="utf-8") as rows:
        rows.write("| Package | Domain | Imported by |\n| --- | --- | --- |\n| `*` | root | - |\n")
        domains = {"root"}
        for path in folders:
            domain = re.sub("[^a-z0-9]+", "-", path.lower()).strip("-")
            domains.add(domain)
            rows.write(f"| `{path}/**` | {domain} | - |\n")
    for domain in sorted(domains):
        with open(os.path.join(folder, f"lanes/{domain}.yaml"), "w", encoding="utf-8") as lane:
            lane.write(f"domain_lane:\n  domain_id: {domain}\n  domain_local_gates:\n    - make {domain}\n")
    print(f"policy: {len(folders) + 1} rows, {len(domains)} lanes")


def run(command):
    start = time.perf_counter()
    process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    if status:
        sys.exit(f"{command} failed: {errors.decode(errors='replace')}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


with tempfile.TemporaryDirectory() as scratch:
    policy = a.policy or os.path.join(scratch, "policy")
    if not a.policy:
        made_policy(policy)
    lay = [a.laneway, "backtest", "-C", a.repository, "--policy", policy, "--last", str(a.changes)]
    rows = [("git log --name-status",
             ["git", "-C", a.repository, "log", "--first-parent", "-m", "--name-status", "-n", str(a.changes)]),
            ("git log --name-status --no-renames",
             ["git", "-C", a.repository, "log", "--first-parent", "-m", "--name-status", "--no-renames", "-n",
              str(a.changes)]),
            ("laneway backtest", lay), ("laneway backtest --format json", [*lay, "--format", "json"]),
            ("laneway backtest --threads 1", [*lay, "--threads", "1"])]
    seen = {name: [] for name, _ in rows}
    for number in range(a.rounds + 1):
        for name, command in rows:
            took = run(command)
            if number:
                seen[name].append(took)
    commits = subprocess.run(["git", "-C", a.repository, "rev-list", "--first-parent", "--count", "-n", str(a.changes),
                              "HEAD"], env=env, stdout=subprocess.PIPE, check=True).stdout.decode().strip()
    print(f"{os.path.basename(os.path.abspath(a.repository))}: {commits} first-parent commits, {a.rounds} rounds\n")
    print("| row | s, median | min-max | processor s | x git | peak, MiB |\n| --- | --: | --: | --: | --: | --: |")
    floor = [wall for wall, _, _ in seen[rows[0][0]]]
    for name, _ in rows:
        walls = [wall for wall, _, _ in seen[name]]
        ratio = statistics.median(wall / git for wall, git in zip(walls, floor))
        print(f"| {name} | {statistics.median(walls):.2f} | {min(walls):.2f}-{max(walls):.2f} "
              f"| {statistics.median(cpu for _, cpu, _ in seen[name]):.2f} | {ratio:.2f} "
              f"| {statistics.median(mib for _, _, mib in seen[name]):.0f} |")
