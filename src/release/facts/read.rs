//! The reader of descriptions.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::scalar::{self, Unfit};
use super::{Facts, Hidden, Item};
use crate::environment::{Section, Wanted};
use crate::fault::{Code, Fault};
use crate::id::nearest;
use crate::source::Source;
use crate::yaml::{self, Entry, Node, Value};

/// The keys of a description that are no section.
const HEAD: [&str; 3] = ["environment", "target", "taken"];

/// How far the clock of an environment may be ahead.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// How many faults are kept: more tell nobody anything.
const MOST: usize = 100;

/// Returns the keys that an item of a section takes.
const fn keys(section: Section) -> &'static [&'static str] {
    match section {
        Section::Artifacts => &[],
        Section::Tls => &["present", "valid_until"],
        Section::Registry => &["present", "value", "changed", "not_applicable"],
        Section::Config | Section::Dns | Section::Secrets | Section::Schema | Section::Seed => {
            &["present", "value", "changed"]
        }
    }
}

/// Reads a description, YAML or JSON. `wanted` are the items that the policy names; `now` is the time, after which nothing can
/// have been looked at or changed.
pub fn read(source: &Arc<Source>, wanted: &[Wanted], now: Timestamp) -> Result<Facts, Vec<Fault>> {
    let (tree, broken) = yaml::parse(source);
    let mut reading =
        Reading { source, wanted, latest: now.checked_add(SKEW).unwrap_or(now), faults: Vec::new() };
    for fault in &broken {
        reading.broken(fault, tree.as_ref());
    }
    let facts = match &tree {
        Some(tree) => reading.facts(tree),
        None => {
            if broken.is_empty() {
                reading.fault(Code::DescriptionField, 0, "the description is empty", HELP_SHAPE);
            }
            None
        }
    };
    match facts {
        Some(facts) if reading.faults.is_empty() => Ok(facts),
        _ => Err(reading.faults),
    }
}

const HELP_SHAPE: &str =
    "write `environment`, `target`, `taken`, and a mapping for each section; docs/environments.md shows one";
const HELP_TIME: &str = "write a time with its zone: 2026-01-05T09:00:00Z";

struct Reading<'a> {
    source: &'a Arc<Source>,
    wanted: &'a [Wanted],
    latest: Timestamp,
    faults: Vec<Fault>,
}

impl<'a> Reading<'a> {
    /// Collects a fault. It has no place, because an excerpt would show the text; the line and column say where.
    fn fault(&mut self, code: Code, at: usize, what: &str, help: &str) {
        if self.faults.len() >= MOST {
            return;
        }
        let (line, column) = self.source.line_column(at.min(self.source.text().len()));
        let message = format!("{}, line {line}, column {column}: {what}", self.source.name());
        self.faults.push(Fault::new(code, message, help));
    }

    /// Says what the parser found, by its code alone: what it says may quote the text.
    fn broken(&mut self, fault: &Fault, tree: Option<&Node>) {
        let at = fault.place.as_ref().map_or(0, |place| place.span.start);
        match fault.code {
            Code::YamlDuplicateKey => {
                let what = match self.named(tree, at, fault) {
                    Some(name) => format!("{name} is stated twice"),
                    None => "a key is stated twice".to_owned(),
                };
                self.fault(Code::DescriptionField, at, &what, "state each field once");
            }
            Code::YamlType => {
                let help = "a key is one word, and `<<` takes a mapping";
                self.fault(Code::DescriptionSyntax, at, "a key is not a word", help);
            }
            Code::TooLarge | Code::YamlBudget => {
                let help = "a description names what the policy lists, and no more";
                self.fault(
                    Code::DescriptionSyntax,
                    at,
                    "the description is too large, or nested too deep",
                    help,
                );
            }
            _ => {
                let help = "look at that place in the description: nothing of it is shown, because it may hold secrets";
                self.fault(Code::DescriptionSyntax, at, "the description is not YAML or JSON", help);
            }
        }
    }

    /// Names a field that is stated twice, as far as format and policy know its name.
    fn named(&self, tree: Option<&Node>, at: usize, fault: &Fault) -> Option<String> {
        let span = fault.place.as_ref()?.span.clone();
        let key = self.source.text().get(span)?.trim_matches(['"', '\'']);
        let section_of =
            |entry: &Entry| Section::ALL.into_iter().find(|own| own.as_str() == &*entry.key.value);
        let top = HEAD.into_iter().chain(Section::ALL.map(Section::as_str)).find(|known| *known == key);
        let Value::Map(sections) = &tree?.value else { return None };
        let before = sections.iter().take_while(|entry| entry.key.span.start < at).last()?;
        let (line, column) = self.source.line_column(at);
        let (_, top_column) = self.source.line_column(before.key.span.start);
        let is_top = line > 1 && column == top_column;
        if is_top || section_of(before).is_none() {
            return top.map(|known| format!("`{known}`"));
        }
        let section = section_of(before)?;
        if let Some(item) = self.wanted.iter().find(|own| own.section == section && own.name == key) {
            return Some(said(item, None));
        }
        let field = keys(section).iter().find(|known| **known == key)?;
        let Value::Map(items) = &before.value.value else { return None };
        let item = items.iter().take_while(|entry| entry.key.span.start < at).last()?;
        let wanted = self.wanted_as(section, &item.key.value)?;
        Some(said(wanted, Some(field)))
    }

    fn wanted_as(&self, section: Section, name: &str) -> Option<&'a Wanted> {
        self.wanted.iter().find(|own| own.section == section && own.name == name)
    }

    fn facts(&mut self, tree: &Node) -> Option<Facts> {
        let Value::Map(entries) = &tree.value else {
            self.fault(
                Code::DescriptionField,
                tree.span.start,
                "the description is not a mapping",
                HELP_SHAPE,
            );
            return None;
        };
        let known: Vec<&str> = HEAD.into_iter().chain(Section::ALL.map(Section::as_str)).collect();
        let (mut environment, mut target, mut taken) = (None, None, None);
        let (mut items, mut unlisted) = (BTreeMap::new(), 0);
        for entry in entries.iter() {
            let at = entry.value.span.start;
            match &*entry.key.value {
                "environment" => {
                    environment = Some(self.take("`environment`", at, "a text", scalar::text(&entry.value)))
                }
                "target" => target = Some(self.take("`target`", at, "a text", scalar::text(&entry.value))),
                "taken" => taken = Some(self.time("`taken`", at, scalar::time(&entry.value))),
                key => match Section::ALL.into_iter().find(|section| section.as_str() == key) {
                    Some(section) => unlisted += self.section(section, &entry.value, &mut items),
                    None => self.unknown(entry, "the description", &known),
                },
            }
        }
        let absent = [environment.is_none(), target.is_none(), taken.is_none()];
        for (key, _) in HEAD.iter().zip(absent).filter(|(_, absent)| *absent) {
            self.fault(
                Code::DescriptionField,
                0,
                &format!("the description does not state `{key}`"),
                HELP_SHAPE,
            );
        }
        Some(Facts {
            environment: Hidden::new(environment??),
            target: Hidden::new(target??),
            taken: taken??,
            items,
            unlisted,
        })
    }

    /// Reads the items of a section that the policy names, and counts the others.
    fn section(
        &mut self,
        section: Section,
        node: &Node,
        items: &mut BTreeMap<(Section, String), Item>,
    ) -> usize {
        let Value::Map(entries) = &node.value else {
            let what = match node.is_null() {
                true => format!("`{}` is empty", section.as_str()),
                false => format!("`{}` is not a mapping", section.as_str()),
            };
            let help = "write a mapping of the items' names, or leave the section out";
            self.fault(Code::DescriptionField, node.span.start, &what, help);
            return 0;
        };
        let mut unlisted = 0;
        for entry in entries.iter() {
            let Some(wanted) = self.wanted_as(section, &entry.key.value) else {
                unlisted += 1;
                continue;
            };
            if let Some(item) = self.item(wanted, &entry.value) {
                items.insert((section, wanted.name.clone()), item);
            }
        }
        unlisted
    }

    fn item(&mut self, wanted: &Wanted, node: &Node) -> Option<Item> {
        let (section, name) = (wanted.section, said(wanted, None));
        let at = node.span.start;
        if section == Section::Artifacts {
            let help = "write `sha256:` and its 64 digits, or `IMAGE@sha256:…`: a tag may mean something else tomorrow";
            let digest = match scalar::digest(node) {
                Ok(digest) => digest,
                Err(unfit) => {
                    self.fault(
                        Code::DescriptionField,
                        at,
                        &unfitting(&name, "a SHA-256 digest", unfit),
                        help,
                    );
                    return None;
                }
            };
            return Some(Item { digest: Some(digest), ..Item::default() });
        }
        let keys = keys(section);
        let Value::Map(entries) = &node.value else {
            let unfit = if node.is_null() { Unfit::Empty } else { Unfit::Other };
            let help = format!("write `{{{}: …}}`; it takes `{}`", keys[0], keys.join("`, `"));
            self.fault(Code::DescriptionField, at, &unfitting(&name, "a mapping", unfit), &help);
            return None;
        };
        if entries.is_empty() {
            let help = format!("write `{{{}: …}}`; it takes `{}`", keys[0], keys.join("`, `"));
            self.fault(Code::DescriptionField, at, &unfitting(&name, "a mapping", Unfit::Empty), &help);
        }
        let mut item = Item::default();
        for entry in entries.iter() {
            let (node, at) = (&entry.value, entry.value.span.start);
            let Some(key) = keys.iter().copied().find(|key| *key == &*entry.key.value) else {
                self.unknown(entry, &name, keys);
                continue;
            };
            let name = said(wanted, Some(key));
            match key {
                "present" => item.present = self.take(&name, at, "true or false", scalar::truth(node)),
                "value" => {
                    item.value = self.take(&name, at, "a text", scalar::text(node)).map(Hidden::new);
                }
                "changed" => item.changed = self.time(&name, at, scalar::time(node)),
                "not_applicable" => {
                    let truth = self.take(&name, at, "true or false", scalar::truth(node));
                    item.not_applicable = truth.unwrap_or(false);
                }
                _ => item.valid_until = self.take(&name, at, "a time with a zone", scalar::time(node)),
            }
        }
        Some(item)
    }

    fn take<T>(&mut self, name: &str, at: usize, wanted: &str, found: Result<T, Unfit>) -> Option<T> {
        let help = match wanted {
            "true or false" => "write `true` or `false`, without quotes",
            "a text" => "write one text, not empty",
            _ => HELP_TIME,
        };
        found
            .map_err(|unfit| self.fault(Code::DescriptionField, at, &unfitting(name, wanted, unfit), help))
            .ok()
    }

    /// Takes a time that has come.
    fn time(&mut self, name: &str, at: usize, found: Result<Timestamp, Unfit>) -> Option<Timestamp> {
        let time = self.take(name, at, "a time with a zone", found)?;
        if time > self.latest {
            let help = "write when it was, and compare the clocks of both machines";
            self.fault(Code::DescriptionField, at, &format!("{name} lies in the future"), help);
            return None;
        }
        Some(time)
    }

    /// Reports a key that the format does not know, without saying which.
    fn unknown(&mut self, entry: &Entry, of: &str, known: &[&str]) {
        let help = match nearest(&entry.key.value, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known are: {}", known.join(", ")),
        };
        let what = format!("{of} has a key that is not known");
        self.fault(Code::DescriptionField, entry.key.span.start, &what, &help);
    }
}

/// Names an item, or a field of it, with whoever answers for it.
fn said(wanted: &Wanted, field: Option<&str>) -> String {
    let field = field.map(|own| format!(".{own}")).unwrap_or_default();
    format!("`{}.{}{field}` of {}", wanted.section.as_str(), wanted.name, wanted.owner)
}

fn unfitting(name: &str, wanted: &str, unfit: Unfit) -> String {
    match unfit {
        Unfit::Empty => format!("{name} is empty"),
        Unfit::Other => format!("{name} is not {wanted}"),
    }
}
