"""Counts whom `laneway reviewers` asks for real changes, against whom their CODEOWNERS file asks.

    python3 benches/reviewers_asked.py LANEWAY CLONE CASES.jsonl

CLONE is a repository with a CODEOWNERS file; it is not written to: the file is imported into a clone of the clone. CASES
has a JSON object a line, with `base`, `head` and `reviewers`: whom the newest CODEOWNERS file asks about what changed
between the two, and `rule_line`: for each file the line of the rule that wins. Three times: without a roster; with five
invented people a team, of whom each is in one team; and with the same where every fifth is in two. That every rule which
wins for a file has one of its owners asked is checked against the CODEOWNERS file itself; the exit code is 1 if one has
none.
"""

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path


def rules(clone: str) -> dict[int, set[str]]:
    """Returns the owners of each line of the file that GitHub reads."""
    for name in (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"):
        shown = subprocess.run(["git", "-C", clone, "show", f"HEAD:{name}"], capture_output=True, text=True)
        if shown.returncode == 0:
            lines = enumerate(shown.stdout.splitlines(), 1)
            return {at: {word for word in line.split("#")[0].split()[1:]} for at, line in lines}
    raise SystemExit("the repository has no CODEOWNERS file")


def roster(teams: list[str], shared: bool) -> tuple[str, dict[str, set[str]]]:
    """Returns a roster of five people a team; where it is shared, the last one is in the next team as well."""
    members = {team: [f"{team.rsplit('/', 1)[-1]}-{at}" for at in range(1, 6)] for team in teams}
    people = sorted(person for own in members.values() for person in own)
    if shared:
        for team, following in zip(teams, teams[1:] + teams[:1]):
            if team != following:
                members[following].append(f"{team.rsplit('/', 1)[-1]}-5")
    text = "version: 1\npeople:\n" + "".join(f"  {person}: {{github: {person}}}\n" for person in people) + "teams:\n"
    text += "".join(f"  \"{team}\": {{members: [{', '.join(own)}]}}\n" for team, own in members.items())
    return text, {team: set(own) for team, own in members.items()}


def line(name: str, counts: list[int]) -> None:
    if counts:
        mean, median = statistics.mean(counts), statistics.median(counts)
        print(f"{name:44} mean {mean:5.2f}  median {median:4.1f}  most {max(counts):3}  sum {sum(counts):5}")


def main() -> int:
    laneway, clone, cases = sys.argv[1:4]
    wrong = 0
    with tempfile.TemporaryDirectory() as work:
        subprocess.run(["git", "clone", "-q", "--shared", clone, work], check=True)
        subprocess.run([laneway, "-C", work, "import", "codeowners"], check=True, capture_output=True)
        changes = [json.loads(text) for text in open(cases, encoding="utf-8")]
        owners = rules(work)
        teams = sorted({owner for own in owners.values() for owner in own})
        line("CODEOWNERS", [len(case["reviewers"]) for case in changes])
        file = Path(work, "ownership-maps", "reviewers.yaml")
        for name, text, people in [
            ("without a roster", None, {}),
            ("five people a team", *roster(teams, False)),
            ("five people a team, every fifth in two", *roster(teams, True)),
        ]:
            file.unlink(missing_ok=True)
            if text:
                file.write_text(text, encoding="utf-8")
            for most in ("1000", "5"):
                asked, unmet, inexact = [], 0, 0
                for case in changes:
                    arguments = ["reviewers", "--policy", work, "--base", case["base"], "--head", case["head"]]
                    arguments += ["--most", most, "--date", "2026-01-01", "--format", "json"]
                    done = subprocess.run([laneway, "-C", clone, *arguments], capture_output=True, text=True)
                    if done.returncode != 0:
                        raise SystemExit(f"{case['head']}: exit code {done.returncode}: {done.stderr}")
                    answer = json.loads(done.stdout)
                    named = {one["name"] for one in answer["asked"]}
                    asked.append(len(named))
                    unmet += len(answer["unmet"])
                    inexact += not answer["exact"]
                    for at in {rule for rule in case["rule_line"].values() if rule}:
                        behind = {one for owner in owners[at] for one in people.get(owner, {owner})}
                        if owners[at] and not named & behind and not answer["unmet"]:
                            print(f"{case['head']}: line {at} of CODEOWNERS has nobody asked")
                            wrong += 1
                line(f"{name}, at most {most}", asked)
                print(f"{'':44} {unmet} requirements unmet, {inexact} answers not proved least")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
