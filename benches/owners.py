#!/usr/bin/env python3
"""Time `laneway owners --all` beside `codeowners` of codeowners-rs, on the same files and the same ownership.

    owners.py LANEWAY CODEOWNERS OUT [--files 50000] [--rows 5000] [--wild 10] [--rounds 15]

LANEWAY and CODEOWNERS are the two binaries (the latter: `cargo build --release` in a clone of
https://github.com/hmarr/codeowners-rs). OUT becomes a git repository with the files, a CODEOWNERS file of that many rules,
and an ownership map with a row for each rule, written so that both dialects mean the same: every rule begins at the root,
and a rule that overlaps another is more specific and stands later. One rule in a hundred of --wild has a wildcard.

First the answers are compared, path by path; then whole processes are timed, each row once a round, so that the drift of
a shared machine cancels in the ratios. The first round is not counted. `codeowners` is timed twice: walking the tree, as
it does by itself, and with the paths handed to it. Needs git and Python 3.8+.
"""
import argparse
import os
import statistics
import subprocess
import sys
import time

args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
args.add_argument("laneway")
args.add_argument("codeowners")
args.add_argument("out")
args.add_argument("--files", type=int, default=50000)
args.add_argument("--rows", type=int, default=5000)
args.add_argument("--wild", type=int, default=10, help="how many rules of a hundred have a wildcard")
args.add_argument("--rounds", type=int, default=15)
a = args.parse_args()
env = dict(os.environ, GIT_CONFIG_GLOBAL=os.devnull, GIT_CONFIG_NOSYSTEM="1", NO_COLOR="1")
out = os.path.abspath(a.out)
laneway, codeowners = os.path.abspath(a.laneway), os.path.abspath(a.codeowners)

# A package in a hundred stays without a rule.
packages = [f"packages/area-{i // 100:03d}/pkg-{i:05d}" for i in range(a.rows * 100 // 99)]
rules = []
for i, package in enumerate(packages):
    if i % 100 == 99 or len(rules) == a.rows:
        continue
    if len(rules) % 100 < a.wild:
        # A wildcard in the last part of a folder: the same bytes in both dialects.
        rules.append((package + "/d*/**", i % 97))
    else:
        rules.append((package + "/**", i % 97))
paths = [f"{packages[i % len(packages)]}/d{i // len(packages) // 20:02d}/file{i // len(packages):03d}.go"
         for i in range(a.files)]

if not os.path.isdir(os.path.join(out, ".git")):
    os.makedirs(out, exist_ok=True)
    subprocess.run(["git", "init", "-q", "-b", "main", out], check=True, env=env)
    for path in paths:
        full = os.path.join(out, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        open(full, "w").close()
    with open(os.path.join(out, "CODEOWNERS"), "w") as f:
        f.write("".join(f"/{pattern} @org/team-{team:02d}\n" for pattern, team in rules))
    os.makedirs(os.path.join(out, "ownership-maps"))
    with open(os.path.join(out, "ownership-maps/package-ownership.md"), "w") as f:
        f.write("| Package | Domain | Reviewers |\n| --- | --- | --- |\n")
        f.write("".join(f"| `{pattern}` | team-{team:02d} | @org/team-{team:02d} |\n" for pattern, team in rules))
    subprocess.run(["git", "-C", out, "add", "-A"], check=True, env=env)
with open(out + ".paths", "w") as f:
    f.write("".join(path + "\n" for path in paths))


def run(command):
    start = time.perf_counter()
    process = subprocess.Popen(command, env=env, cwd=out, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    answer, errors = process.communicate()
    wall = time.perf_counter() - start
    # 1: some path is unmapped, which is so here.
    if process.returncode not in (0, 1):
        sys.exit(f"{command} failed: {errors.decode(errors='replace')}")
    return wall * 1000, answer


rows = [("codeowners, walking the tree", [codeowners]),
        ("codeowners, paths from a file", [codeowners, "-p", out + ".paths"]),
        ("laneway owners --all", [laneway, "owners", "--all"]),
        ("laneway owners --all --format json", [laneway, "owners", "--all", "--format", "json"]),
        ("laneway owners --files-from", [laneway, "owners", "--files-from", out + ".paths"])]
asked = set(paths)
theirs = {}
for line in run(rows[1][1])[1].decode().splitlines():
    path, owners = line.split(maxsplit=1)
    theirs[path] = "-" if owners == "(unowned)" else ",".join(sorted(owners.split()))
ours = {}
for line in run(rows[2][1])[1].decode().splitlines():
    path, _, reviewers = line.split("\t")
    if path in asked:
        ours[path] = reviewers
differ = [path for path in paths if ours.get(path) != theirs.get(path)]
unowned = sum(owner == "-" for owner in ours.values())
print(f"{len(paths)} files, {len(rules)} rules: {len(differ)} answers differ, {unowned} files are unowned")
for path in differ[:10]:
    print(f"  {path}: {theirs.get(path)} and {ours.get(path)}")

seen = {name: [] for name, _ in rows}
for number in range(a.rounds + 1):
    for name, command in rows:
        wall, _ = run(command)
        if number:
            seen[name].append(wall)
print(f"\n{a.rounds} rounds\n\n| row | ms, median | min-max | x the faster codeowners |\n| --- | --: | --: | --: |")
best = [min(pair) for pair in zip(seen[rows[0][0]], seen[rows[1][0]])]
for name, _ in rows:
    walls = seen[name]
    ratio = statistics.median(wall / floor for wall, floor in zip(walls, best))
    print(f"| {name} | {statistics.median(walls):.1f} | {min(walls):.1f}-{max(walls):.1f} | {ratio:.2f} |")
sys.exit(1 if differ else 0)
