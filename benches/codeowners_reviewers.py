"""Compares the reviewers of real changes by imported maps with those by the CODEOWNERS file.

    python3 benches/codeowners_reviewers.py LANEWAY CLONE CASES.jsonl

CLONE is a repository with a CODEOWNERS file; it is not written to: the file is imported into a clone of the clone.
CASES has a JSON object a line, with `base`, `head` and `reviewers`: whom the newest CODEOWNERS file asks about what
changed between the two. Prints how many agree, and each that does not; the exit code is 1 if there is one.
"""

import json
import subprocess
import sys
import tempfile


def main() -> int:
    laneway, clone, cases = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as work:
        subprocess.run(["git", "clone", "-q", "--shared", clone, work], check=True)
        imported = subprocess.run([laneway, "-C", work, "import", "codeowners"], capture_output=True, text=True)
        print(imported.stdout + imported.stderr, end="")
        if imported.returncode != 0:
            return imported.returncode
        wrong = total = 0
        for line in open(cases, encoding="utf-8"):
            case = json.loads(line)
            total += 1
            arguments = ["route", "--policy", work, "--base", case["base"], "--head", case["head"], "--format", "json"]
            route = subprocess.run([laneway, "-C", clone, *arguments], capture_output=True, text=True)
            if route.returncode != 0:
                print(f"{case['head']}: exit code {route.returncode}: {route.stderr}")
                wrong += 1
                continue
            found = sorted(one["owner"] for one in json.loads(route.stdout)["review"]["reviewers"])
            if found != sorted(case["reviewers"]):
                print(f"{case['head']}: {found} by the maps, {sorted(case['reviewers'])} by the file")
                wrong += 1
        print(f"{total - wrong} of {total} changes have the same reviewers")
        return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
