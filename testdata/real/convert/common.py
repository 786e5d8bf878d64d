"""What the three conversions share: a map row, a lane, a gate, and how they are written down."""

import pathlib
from dataclasses import dataclass, field


@dataclass
class Row:
    """One row of a package table. `imported_by` and `consumers` are None where the cell stays blank: not known."""

    paths: list
    domain: list
    excluded: list = field(default_factory=list)
    imported_by: list | None = None
    consumers: list | None = None
    cls: str = ""

    def cells(self):
        def names(value):
            return "" if value is None else ", ".join(value) or "-"

        paths = [f"`{path}`" for path in self.paths] + [f"`!{path}`" for path in self.excluded]
        return {
            "Package": ", ".join(paths),
            "Domain": ", ".join(self.domain),
            "Consumers": names(self.consumers),
            "Imported by": names(self.imported_by),
            "Class": self.cls,
        }


@dataclass
class Lane:
    """The lane of a domain. An entry of a list is the id of a catalogue gate, or (id, title) of a gate of its own."""

    domain: str
    kind: str = ""
    local: list = field(default_factory=list)
    smokes: list = field(default_factory=list)
    needs: dict = field(default_factory=dict)

    def text(self):
        lines = ["domain_lane:", f"  domain_id: {self.domain}"]
        if self.kind:
            lines.append(f"  kind: {self.kind}")
        for key, entries in (("domain_local_gates", self.local), ("consumer_smokes", self.smokes)):
            if entries:
                lines.append(f"  {key}:")
            for entry in entries:
                if isinstance(entry, str):
                    lines.append(f"    - {entry}")
                    continue
                lines += [f"    - id: {entry[0]}", f"      title: {entry[1]}"]
                if entry[0] in self.needs:
                    lines += ["      needs:"] + [f"        - {gate}" for gate in self.needs[entry[0]]]
        return "\n".join(lines) + "\n"


@dataclass
class Gate:
    """A gate of the catalogue; with `paths`, it runs for every change that touches one of them."""

    id: str
    title: str
    paths: list = field(default_factory=list)

    def text(self):
        lines = [f"  - id: {self.id}", f"    title: {self.title}", "    layer: global"]
        if self.paths:
            lines += ["    always: every_change", "    paths:"] + [f'      - "{path}"' for path in self.paths]
        return "\n".join(lines) + "\n"


def table(rows):
    """Writes the rows as a Markdown table, without the columns that no row fills."""
    cells = [row.cells() for row in rows]
    columns = [name for name in cells[0] if any(row[name] for row in cells)]
    lines = ["| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
    lines += ["| " + " | ".join(row[name] for name in columns) + " |" for row in cells]
    return "\n".join(lines).replace("|  |", "| |") + "\n"


def write_policy(folder, maps, lanes, catalogues):
    """Writes maps {name: (title, prose, rows)}, one file a lane, and catalogues {name: (comment, gates)}."""
    folder = pathlib.Path(folder)
    for sub in ("ownership-maps", "lanes"):
        (folder / sub).mkdir(parents=True, exist_ok=True)
        for old in (folder / sub).iterdir():
            old.unlink()
    for name, (title, prose, rows) in maps.items():
        (folder / "ownership-maps" / name).write_text(f"# {title}\n\n{prose.strip()}\n\n{table(rows)}")
    for lane in lanes:
        (folder / "lanes" / f"{lane.domain}.yaml").write_text(lane.text())
    for name, (comment, gates) in catalogues.items():
        assert not (folder / "lanes" / name).exists(), f"a lane has the file {name}"
        comment = "".join(f"# {line}\n" for line in comment.strip().splitlines())
        (folder / "lanes" / name).write_text(f"{comment}gates:\n" + "".join(gate.text() for gate in gates))


def ranges(numbers):
    """Writes sorted numbers as `1-4,9`; `-` where there are none."""
    numbers, parts = sorted(set(numbers)), []
    for number in numbers:
        if parts and parts[-1][1] == number - 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in parts) or "-"


def write_cases(folder, header, columns, cases, name="cases.tsv"):
    """Writes `cases.tsv`. A column of names is a set of line numbers of the file that `columns` gives it: the paths of
    200 changes repeat, and so do the gates."""
    folder = pathlib.Path(folder)
    tables = {}
    for column, file in columns.items():
        if file:
            tables.setdefault(file, set()).update(name for case in cases for name in case[column])
    numbers = {}
    for file, names in tables.items():
        (folder / file).write_text("".join(f"{name}\n" for name in sorted(names)))
        numbers[file] = {name: number for number, name in enumerate(sorted(names), 1)}
    lines = [f"# {line}" for line in header.strip().splitlines()]
    lines.append("\t".join(columns))
    for case in cases:
        cells = [
            ranges(numbers[file][name] for name in case[column]) if file else str(case[column])
            for column, file in columns.items()
        ]
        lines.append("\t".join(cells))
    (folder / name).write_text("\n".join(lines) + "\n")
