#!/usr/bin/env python3
"""Time whole `laneway route` processes beside `git diff --name-status` of the same pair, on trees of generate.py.

    measure.py LANEWAY TREE [TREE ...] [--rounds 15]

A round runs every row once, in order, and ratios to git are taken inside a round, so that the drift of a shared machine
cancels. The first round is not counted. Figures are medians; peak memory is the process's own high-water mark.
"""
import argparse
import os
import statistics
import subprocess
import sys
import time

args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
args.add_argument("laneway")
args.add_argument("trees", nargs="+")
args.add_argument("--rounds", type=int, default=15)
args.add_argument("--changes", default="small,huge")
a = args.parse_args()
env = dict(os.environ, GIT_CONFIG_GLOBAL=os.devnull, GIT_CONFIG_NOSYSTEM="1", NO_COLOR="1")
for name in list(env):
    if name == "CI" or name.startswith(("GITHUB_", "GITLAB_", "CI_", "BUILDKITE", "CIRCLE", "LANEWAY")):
        del env[name]


def run(command):
    start = time.perf_counter()
    process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    if status:
        sys.exit(f"{command} failed: {errors.decode(errors='replace')}")
    return wall * 1000, usage.ru_maxrss / 1024


for tree in a.trees:
    for change in a.changes.split(","):
        git = ["git", "-C", tree]
        lay = [a.laneway, "route", "-C", tree, "--base", "base", "--head", change, "--format"]
        rows = [("git diff --name-status", [*git, "diff", "--name-status", "--no-renames", "-z", "base..." + change]),
                ("laneway route --format json", [*lay, "json"]), ("laneway route --format text", [*lay, "text"]),
                ("laneway route --format github", [*lay, "github"])]
        seen = {name: [] for name, _ in rows}
        for number in range(a.rounds + 1):
            for name, command in rows:
                took = run(command)
                if number:
                    seen[name].append(took)
        floor = [wall for wall, _ in seen[rows[0][0]]]
        changed = subprocess.run(rows[0][1], env=env, stdout=subprocess.PIPE, check=True).stdout.count(b"\0") // 2
        print(f"\n{os.path.basename(tree)}, {change}: {changed} changed files, {a.rounds} rounds\n")
        print("| row | ms, median | min-max | x git | peak, MiB |\n| --- | --: | --: | --: | --: |")
        for name, _ in rows:
            walls = [wall for wall, _ in seen[name]]
            ratio = statistics.median(wall / git_wall for wall, git_wall in zip(walls, floor))
            peak = statistics.median(mib for _, mib in seen[name])
            print(f"| {name} | {statistics.median(walls):.1f} | {min(walls):.1f}-{max(walls):.1f} | {ratio:.2f} "
                  f"| {peak:.0f} |", flush=True)
