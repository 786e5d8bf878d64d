#!/usr/bin/env python3
"""Write a deterministic repository for timing `laneway route` beside git.

    generate.py OUT --model reference --files 100000
    generate.py OUT --model rows --rows 10000 --files 100000

OUT becomes a git repository: branch main with tags base, small (10 changed files) and huge (half of the files changed).
`reference` lays the files into the folders of the reference model and commits its maps and lanes; `rows` makes one
package row for each of --rows packages, and a lane for each of --domains domains.
Needs git and Python 3.8+; the same arguments give the same commit ids.
"""
import argparse
import glob
import os
import random
import subprocess
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDERS = """packages/platform/iam packages/platform/auth packages/platform/billing packages/platform/evidence
packages/platform/statusops packages/platform/registry packages/platform/artifacts packages/platform/policy
packages/platform/secrets packages/shared/pki packages/products/gpuaas packages/products/appplatform packages/web
cmd/billing-worker""".split()

args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
args.add_argument("out")
args.add_argument("--model", choices=["reference", "rows"], default="reference")
args.add_argument("--rows", type=int, default=10000)
args.add_argument("--domains", type=int, default=100, help="domains of `rows`, each with a lane of its own")
args.add_argument("--files", type=int, default=100000)
args.add_argument("--seed", type=int, default=1)
a = args.parse_args()
random.seed(a.seed)

policy = {}
if a.model == "reference":
    roots = FOLDERS
    for folder in ("ownership-maps", "lanes"):
        for path in glob.glob(os.path.join(HERE, "..", folder, "**", "*"), recursive=True):
            if os.path.isfile(path):
                name = os.path.relpath(path, os.path.join(HERE, ".."))
                policy[name] = open(path, encoding="utf-8").read()
else:
    roots = [f"packages/area-{i // 100:03d}/pkg-{i:05d}" for i in range(a.rows)]
    domains = [f"team-{i * a.domains // a.rows:04d}" for i in range(a.rows)]
    rows = []
    for i, root in enumerate(roots):
        # One row in ten is compiled into another domain, so that a small change rebuilds a few.
        importer = domains[random.randrange(i, a.rows)] if i % 10 == 0 else "-"
        rows.append(f"| `{root}/**` | {domains[i]} | - | {importer} |\n")
    policy["ownership-maps/package-ownership.md"] = (
        "# Packages\n\n| Package | Domain | Consumers | Imported by |\n| --- | --- | --- | --- |\n" + "".join(rows)
        + "| `ownership-maps/**`, `lanes/**` | team-0000 | - | - |\n")
    for domain in sorted(set(domains)):
        policy[f"lanes/{domain}.yaml"] = (
            f"domain_lane:\n  domain_id: {domain}\n  kind: platform_service\n  reviewers: ['@org/{domain}']\n"
            f"  domain_local_gates:\n    - go test ./{domain}/...\n  consumer_smokes:\n    - {domain} smoke\n"
            f"  service_evidence:\n    - {domain} rollback posture\n")

files = []
for i in range(a.files - len(policy)):
    root = roots[i % len(roots)]
    k = i // len(roots)
    files.append(f"{root}/d{k // 400:02d}/s{k // 20 % 20:02d}/f{k:05d}.go")


def source(path, revision):
    value = zlib.crc32(path.encode())
    lines = [f"// {path}", f"const revision = {revision}"]
    lines += [f"const v{n} = {(value >> n) % 9973}" for n in range(8)]
    return "\n".join(lines) + "\n"


env = dict(os.environ, GIT_CONFIG_GLOBAL=os.devnull, GIT_CONFIG_NOSYSTEM="1")
subprocess.run(["git", "init", "-q", "-b", "main", a.out], check=True, env=env)
stream = subprocess.Popen(["git", "-C", a.out, "fast-import", "--quiet", "--done"], stdin=subprocess.PIPE, env=env)
write = stream.stdin.write


def put(path, text):
    data = text.encode()
    write(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data))


def commit(ref, mark, message, parent=None):
    who = f"Bench <bench@example.invalid> {1700000000 + mark} +0000"
    write(f"commit {ref}\nmark :{mark}\ncommitter {who}\ndata {len(message)}\n{message}\n".encode())
    if parent:
        write(f"from :{parent}\n".encode())


commit("refs/heads/main", 1, "base")
for path, text in sorted(policy.items()):
    put(path, text)
for path in files:
    put(path, source(path, 0))
write(b"reset refs/tags/base\nfrom :1\n\n")
for mark, (name, count) in enumerate({"small": 10, "huge": a.files // 2}.items(), 2):
    commit(f"refs/heads/{name}", mark, name, 1)
    for n, path in enumerate(random.sample(files, min(count, len(files)))):
        if n % 10 == 8:
            put(path.replace(".go", "_new.go"), source(path, mark))
        elif n % 10 == 9:
            write(f"D {path}\n".encode())
        else:
            put(path, source(path, mark))
write(b"done\n")
stream.stdin.close()
if stream.wait():
    raise SystemExit("fast-import failed")
subprocess.run(["git", "-C", a.out, "repack", "-adq", "--window=4"], check=True, env=env)
subprocess.run(["git", "-C", a.out, "reset", "-q", "--hard", "main"], check=True, env=env)
print(f"{a.out}: {a.files} files, model {a.model}, {len(policy)} policy files")
