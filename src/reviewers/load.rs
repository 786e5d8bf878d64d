//! A file of open reviews: JSON or lines.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::people::folded;
use crate::fault::{Code, Fault};
use crate::json::{Text, error_message, error_span, first_byte};
use crate::source::{Source, Span};

/// More open reviews than this are no count of open reviews.
const MOST_OPEN: u32 = 100_000;

const HELP: &str = "write a JSON object such as {\"ada\": 3}, or a line `name<TAB>number` for each person";

/// Reads how many open reviews each name has. `name` is what diagnostics call the file.
pub fn read_load(name: &str, bytes: &[u8]) -> Result<BTreeMap<String, u32>, Vec<Fault>> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(error) => {
            let message = format!("the load file `{name}` is not UTF-8 at byte {}", error.valid_up_to());
            return Err(vec![Fault::new(Code::LoadFile, message, "save it as UTF-8")]);
        }
    };
    if text.trim().is_empty() {
        let help =
            "a command that failed writes nothing, so nothing is no list: write `{}` where nobody has any";
        return Err(vec![Fault::new(Code::LoadFile, format!("the load file `{name}` is empty"), help)]);
    }
    let source = Source::new(name, text);
    let mut load = Load { source: &source, open: BTreeMap::new(), seen: BTreeMap::new(), faults: Vec::new() };
    if text.trim_start().starts_with(['{', '[']) {
        load.json()
    } else {
        load.lines()
    }
    if load.faults.is_empty() { Ok(load.open) } else { Err(load.faults) }
}

/// What was read so far.
struct Load<'a> {
    source: &'a Arc<Source>,
    open: BTreeMap<String, u32>,
    /// Where each name stood, without regard to case and `@`.
    seen: BTreeMap<String, Span>,
    faults: Vec<Fault>,
}

impl Load<'_> {
    fn json(&mut self) {
        let source = Arc::clone(self.source);
        match serde_json::from_str::<Entries<'_>>(source.text()) {
            Ok(Entries(entries)) => {
                for (name, open) in entries {
                    let span = name.span(&source);
                    let number = open.as_u64();
                    let said = open.to_string();
                    self.entry(name.as_str(), span.clone(), number, &said, span);
                }
            }
            Err(error) => {
                let message = format!("the load file is not what it should be: {}", error_message(&error));
                let span = error_span(&source, &error);
                self.faults.push(Fault::at(Code::LoadFile, &source, span, message, "here", HELP));
            }
        }
    }

    fn lines(&mut self) {
        let source = Arc::clone(self.source);
        let mut at = 0;
        for whole in source.text().split_inclusive('\n') {
            let (start, line) = (at, whole.trim_end_matches(['\n', '\r']));
            at += whole.len();
            if line.trim().is_empty() {
                continue;
            }
            let Some((name, open)) = line.rsplit_once('\t') else {
                let message = "the line has no tab between a name and a number";
                let span = start..start + line.len();
                self.faults.push(Fault::at(Code::LoadFile, &source, span, message, "this line", HELP));
                continue;
            };
            let name_span =
                if name.is_empty() { start..start + line.len() } else { start..start + name.len() };
            let open_span = start + name.len() + 1..start + line.len();
            self.entry(name.trim(), name_span, open.trim().parse().ok(), open.trim(), open_span);
        }
    }

    fn entry(&mut self, name: &str, span: Span, open: Option<u64>, said: &str, open_span: Span) {
        let fault = |span: Span, message: String, label: String, help: &str| {
            let span = if span.is_empty() { first_byte(self.source) } else { span };
            Fault::at(Code::LoadFile, self.source, span, message, label, help)
        };
        if name.trim().is_empty() {
            self.faults.push(fault(span, "the name is empty".to_owned(), "here".to_owned(), HELP));
            return;
        }
        if let Some(before) = self.seen.get(&folded(name)) {
            let label = format!("also on line {}", self.source.line(before.start));
            let help = "say each name once: nobody can tell which number holds";
            self.faults.push(fault(span, format!("`{name}` is listed twice"), label, help));
            return;
        }
        let number = open.and_then(|open| u32::try_from(open).ok()).filter(|open| *open <= MOST_OPEN);
        match number {
            Some(open) => {
                self.open.insert(name.to_owned(), open);
            }
            None => {
                let mut short: String = said.chars().take(40).collect();
                if short.len() < said.len() {
                    short.push('…');
                }
                let message = format!("`{short}` cannot be how many open reviews `{name}` has");
                let help = format!("write a whole number from 0 to {MOST_OPEN}");
                self.faults.push(fault(open_span, message, "this one".to_owned(), &help));
            }
        }
        self.seen.insert(folded(name), span);
    }
}

/// The members of an object, in their order; a name may come twice.
struct Entries<'a>(Vec<(Text<'a>, Value)>);

impl<'de: 'a, 'a> Deserialize<'de> for Entries<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Entries<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of names and numbers")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(Members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<String> {
        let faults = read_load("load", text.as_bytes()).expect_err("it is wrong");
        faults.iter().map(|fault| fault.message.clone()).collect()
    }

    #[test]
    fn both_forms_are_read() {
        let expected = BTreeMap::from([("@ada l".to_owned(), 3), ("bob".to_owned(), 0)]);
        assert_eq!(read_load("l", b"@ada l\t3\r\n\nbob\t0").expect("sound"), expected);
        assert_eq!(read_load("l", b" {\"@ada l\": 3, \"bob\": 0}").expect("sound"), expected);
        assert!(read_load("l", b"{}").expect("sound").is_empty());
    }

    #[test]
    fn every_wrong_entry_is_told_at_its_place() {
        let text = "ada\t-1\nbob 3\nAda\t1\n\t4\ncarol\t99999999999\ndan\t1.5\n";
        assert_eq!(
            faults(text),
            [
                "`-1` cannot be how many open reviews `ada` has",
                "the line has no tab between a name and a number",
                "`Ada` is listed twice",
                "the name is empty",
                "`99999999999` cannot be how many open reviews `carol` has",
                "`1.5` cannot be how many open reviews `dan` has",
            ]
        );
        let faults_at = read_load("load", text.as_bytes()).expect_err("it is wrong");
        let lines: Vec<u32> = faults_at
            .iter()
            .filter_map(|fault| fault.place.as_ref())
            .map(|place| place.source.line(place.span.start))
            .collect();
        assert_eq!(lines, [1, 2, 3, 4, 5, 6]);
        assert_eq!(faults("{\"a\": -1, \"@A\": 2, \"b\": \"3\", \"c\": 1e9}").len(), 4);
        assert!(faults("[1]")[0].contains("an object of names and numbers"), "{:?}", faults("[1]"));
        assert!(faults("{\"a\": ")[0].contains("EOF"));
        assert_eq!(faults(" \n"), ["the load file `load` is empty"]);
    }
}
