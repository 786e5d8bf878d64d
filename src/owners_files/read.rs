//! Bytes to an OWNERS tree.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Filter, Lists, Note, OwnersFile, OwnersTree, Part, resolve};
use crate::fault::{Code, Fault};
use crate::path::RepoPath;
use crate::source::{Place, Source};
use crate::yaml::{self, Mapping, Node, Reader, Value};

const OWNERS: &str = "OWNERS";
const ALIASES: &str = "OWNERS_ALIASES";
const LISTS: [&str; 4] = ["approvers", "reviewers", "required_reviewers", "labels"];
/// Who was an owner once. Nothing follows from it.
const EMERITUS: [&str; 2] = ["emeritus_approvers", "emeritus_reviewers"];

/// Says whether [`read`] reads the file: an `OWNERS` file of a folder that Prow looks into by default, or the
/// `OWNERS_ALIASES` at the root.
pub fn is_owners_file(path: &RepoPath) -> bool {
    if path.as_bytes() == ALIASES.as_bytes() {
        return true;
    }
    let mut components: Vec<&[u8]> = path.components().collect();
    if components.pop() != Some(OWNERS.as_bytes()) {
        return false;
    }
    let folder = components.join(&b'/');
    // Prow's own list: `\.git$`, `_output$` and `vendor/.*/.*`, found in the path of a folder.
    let is_left_out = components.iter().any(|name| name.ends_with(b".git") || name.ends_with(b"_output"));
    let vendored =
        String::from_utf8_lossy(&folder).split_once("vendor/").is_some_and(|(_, rest)| rest.contains('/'));
    !is_left_out && !vendored
}

/// Reads every OWNERS file and the aliases, or says what is wrong with them. Files that are none are passed over.
pub fn read(files: &BTreeMap<RepoPath, Arc<[u8]>>) -> (OwnersTree, Vec<Fault>) {
    let mut tree = OwnersTree::default();
    let mut faults = Vec::new();
    let mut sources = Vec::new();
    for (path, bytes) in files.iter().filter(|(path, _)| is_owners_file(path)) {
        match std::str::from_utf8(bytes) {
            Ok(text) => sources.push((path, Source::new(path.to_string(), text))),
            Err(error) => {
                let message = format!("{path} is not UTF-8 at byte {}", error.valid_up_to());
                faults.push(Fault::new(Code::NotUtf8, message, "save it as UTF-8"));
            }
        }
    }
    let aliases = sources.iter().find(|(path, _)| path.as_bytes() == ALIASES.as_bytes());
    let aliases = aliases.map(|(_, source)| aliases_of(source, &mut faults)).unwrap_or_default();
    tree.aliases = aliases.len();
    for (path, source) in sources.iter().filter(|(path, _)| path.as_bytes() != ALIASES.as_bytes()) {
        let (root, mut own) = yaml::parse(source);
        // A file of nothing but comments says nothing, and is in order.
        own.retain(|fault| fault.code != Code::YamlEmpty);
        let mut reader = Reader::new(source, own);
        let mut file =
            OwnersFile { path: (*path).clone(), no_parent_owners: false, parts: Vec::new(), alias: None };
        if let Some(map) = root.as_ref().and_then(|root| opened(&mut reader, root, "")) {
            let mut reading =
                Reading { reader: &mut reader, source, aliases: &aliases, notes: &mut tree.notes };
            reading.file(&map, &mut file);
        }
        faults.extend(reader.into_faults());
        tree.files.insert(resolve::folder_of(&file).to_vec(), file);
    }
    (tree, faults)
}

/// Logins by the name of the alias, both as Prow compares them.
type Aliases = BTreeMap<String, BTreeSet<String>>;

fn aliases_of(source: &Arc<Source>, faults: &mut Vec<Fault>) -> Aliases {
    let (root, mut own) = yaml::parse(source);
    own.retain(|fault| fault.code != Code::YamlEmpty);
    let mut reader = Reader::new(source, own);
    let mut aliases = Aliases::new();
    let map = root.as_ref().and_then(|root| reader.open_mapping(root, ""));
    let node = map.as_ref().and_then(|map| map.get("aliases")).filter(|node| !node.is_null());
    if let Some(map) = node.and_then(|node| reader.open_mapping(node, "aliases")) {
        for entry in map.entries() {
            let members = listed(&mut reader, &map, &entry.key.value);
            let members = members.iter().map(|member| login(member)).collect();
            aliases.insert(login(&entry.key.value), members);
        }
    }
    faults.extend(reader.into_faults());
    aliases
}

/// Takes a mapping; without a value there is none.
fn opened<'n>(reader: &mut Reader<'_>, node: &'n Node, path: &str) -> Option<Mapping<'n>> {
    if node.is_null() { None } else { reader.open_mapping(node, path) }
}

/// Takes a list of texts; without a value there are none.
fn listed(reader: &mut Reader<'_>, map: &Mapping<'_>, key: &str) -> Vec<String> {
    if map.get(key).is_none_or(Node::is_null) {
        return Vec::new();
    }
    reader.texts(map, key).unwrap_or_default().into_iter().map(|text| text.value).collect()
}

/// Says whether one of the lists holds something.
fn states_a_list(map: &Mapping<'_>) -> bool {
    let holds =
        |key| map.get(key).is_some_and(|node| matches!(&node.value, Value::Seq(items) if !items.is_empty()));
    LISTS.into_iter().any(holds)
}

/// Returns a login as Prow compares it.
fn login(text: &str) -> String {
    text.trim().trim_start_matches('@').to_lowercase()
}

struct Reading<'r, 's> {
    reader: &'r mut Reader<'s>,
    source: &'r Arc<Source>,
    aliases: &'r Aliases,
    notes: &'r mut Vec<Note>,
}

impl Reading<'_, '_> {
    fn file(&mut self, map: &Mapping<'_>, file: &mut OwnersFile) {
        self.unknown(map, &["filters", "options"]);
        if let Some(options) = map.get("options").and_then(|node| opened(self.reader, node, "options")) {
            let stated = options.get("no_parent_owners").is_some_and(|node| !node.is_null());
            file.no_parent_owners =
                stated && self.reader.boolean(&options, "no_parent_owners").unwrap_or_default();
        }
        let (lists, mut aliases) = self.lists(map);
        let filters = map.entry("filters").filter(|entry| !entry.value.is_null());
        if states_a_list(map) {
            if let Some(entry) = filters {
                let message = format!("the filters of {} mean nothing beside lists at the top", file.path);
                self.notes.push(Note { place: Place::new(self.source, entry.key.span.clone()), message });
            }
            file.parts.push(Part { filter: None, lists });
        } else if let Some(filters) =
            filters.and_then(|entry| self.reader.open_mapping(&entry.value, "filters"))
        {
            for entry in filters.entries() {
                let path = filters.path_of(&entry.key.value);
                let Some(map) = opened(self.reader, &entry.value, &path) else { continue };
                self.unknown(&map, &[]);
                let (lists, own) = self.lists(&map);
                aliases.extend(own);
                let text = &*entry.key.value;
                let filter = match Filter::parse(text) {
                    // Prow takes this one for all files, those included whose names hold a line break.
                    _ if text == ".*" => None,
                    Ok(filter) => Some(filter),
                    Err(why) => {
                        let message = format!("the filter `{text}` of {} does not compile: {why}", file.path);
                        let help =
                            "write a regular expression of Go's that finds something in the paths meant";
                        let span = entry.key.span.clone();
                        self.reader.fault(Code::OwnersRegex, span, message, "this filter", help);
                        continue;
                    }
                };
                file.parts.push(Part { filter, lists });
            }
        }
        let mut distinct: BTreeSet<Option<String>> = aliases.into_iter().collect();
        file.alias = distinct.pop_first().filter(|_| distinct.is_empty()).flatten();
    }

    /// Takes the lists of a mapping, with aliases expanded; and for each approver the alias, or nothing for a login.
    fn lists(&mut self, map: &Mapping<'_>) -> (Lists, Vec<Option<String>>) {
        let mut aliases = Vec::new();
        let [approvers, reviewers, required_reviewers] = ["approvers", "reviewers", "required_reviewers"]
            .map(|key| {
                let mut people = BTreeSet::new();
                for name in listed(self.reader, map, key) {
                    let name = login(&name);
                    let members = self.aliases.get(&name);
                    if key == "approvers" {
                        aliases.push(members.map(|_| name.clone()));
                    }
                    match members {
                        Some(members) => people.extend(members.iter().cloned()),
                        None => {
                            people.insert(name);
                        }
                    }
                }
                people
            });
        let labels = listed(self.reader, map, "labels").into_iter().collect();
        (Lists { approvers, reviewers, required_reviewers, labels }, aliases)
    }

    /// Notes every key that means nothing: Prow passes over it.
    fn unknown(&mut self, map: &Mapping<'_>, more: &[&str]) {
        let known: Vec<&str> = LISTS.iter().chain(&EMERITUS).chain(more).copied().collect();
        for entry in map.entries().iter().filter(|entry| !known.contains(&&*entry.key.value)) {
            let place = Place::new(self.source, entry.key.span.clone());
            let hint = crate::id::nearest(&entry.key.value, known.iter().copied());
            let hint = hint.map_or_else(String::new, |known| format!("; was `{known}` meant?"));
            let message = format!("key `{}` means nothing to Prow{hint}", map.path_of(&entry.key.value));
            self.notes.push(Note { place, message });
        }
    }
}
