//! The documents that people write, as JSON Schemas: what an editor completes, describes and underlines.
//!
//! The strict readers of [`config`](crate::config), [`lanes`](crate::lanes) and [`roster`](crate::roster) decide; a schema says the same as far as
//! a schema can. Words come from the types, and a test holds keys to those that the readers know. Draft 7, because that is
//! what editors read.

mod config;
mod environment;
mod lane;
mod lanes;
mod packets;
mod permissions;
mod release;
mod roster;
mod rules;
mod shape;

#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};

/// A document that people write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Document {
    /// `laneway.yaml`.
    Config,
    /// Any file of the lanes' folder, whichever of the keys it has.
    Lanes,
    /// A file with `domain_lane` alone.
    Lane,
    /// A file with `gates` alone.
    Catalogue,
    /// A file with `routing_rules` alone.
    Rules,
    /// A file with `release_profiles` alone.
    Profiles,
    /// A file with `release_gates` alone.
    ReleaseGates,
    /// A file with `environments` alone.
    Environments,
    /// A file with `gate_families` alone.
    Families,
    /// A file with `evidence_kinds` alone.
    EvidenceKinds,
    /// A file with `trusted_keys`, `signing`, or both, alone.
    Trust,
    /// A file with `permissions` alone.
    Permissions,
    /// `reviewers.yaml`.
    Roster,
    /// The extraction packets.
    Packets,
}

impl Document {
    /// Every document, in the order of the documentation.
    pub const ALL: [Self; 14] = [
        Self::Config,
        Self::Lanes,
        Self::Lane,
        Self::Catalogue,
        Self::Rules,
        Self::Profiles,
        Self::ReleaseGates,
        Self::Environments,
        Self::Families,
        Self::EvidenceKinds,
        Self::Trust,
        Self::Permissions,
        Self::Roster,
        Self::Packets,
    ];

    /// Returns the name of the schema, as in `schemas/<name>.v1.json`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Config => "laneway",
            Self::Lanes => "lanes",
            Self::Lane => "lane",
            Self::Catalogue => "catalogue",
            Self::Rules => "rules",
            Self::Profiles => "profiles",
            Self::ReleaseGates => "release-gates",
            Self::Environments => "environments",
            Self::Families => "families",
            Self::EvidenceKinds => "evidence-kinds",
            Self::Trust => "trust",
            Self::Permissions => "permissions",
            Self::Roster => "roster",
            Self::Packets => "packets",
        }
    }

    /// Returns the JSON Schema of the document.
    pub fn schema(self) -> Value {
        let (title, mut body) = match self {
            Self::Config => ("Laneway configuration: laneway.yaml, version 1", config::document()),
            Self::Lanes => ("Laneway lanes: any file of the lanes' folder, version 1", lanes::any()),
            Self::Lane => ("Laneway domain lane, version 1", lanes::only("domain_lane")),
            Self::Catalogue => ("Laneway gate catalogue, version 1", lanes::only("gates")),
            Self::Rules => ("Laneway routing rules, version 1", lanes::only("routing_rules")),
            Self::Profiles => ("Laneway release profiles, version 1", lanes::only("release_profiles")),
            Self::ReleaseGates => ("Laneway release gates, version 1", lanes::only("release_gates")),
            Self::Environments => ("Laneway environments, version 1", lanes::only("environments")),
            Self::EvidenceKinds => ("Laneway evidence kinds, version 1", lanes::only("evidence_kinds")),
            Self::Families => ("Laneway gate families, version 1", lanes::only("gate_families")),
            Self::Trust => ("Laneway trusted keys and signing, version 1", lanes::trust()),
            Self::Permissions => ("Laneway permissions, version 1", lanes::only("permissions")),
            Self::Roster => ("Laneway roster of reviewers: reviewers.yaml, version 1", roster::document()),
            Self::Packets => ("Laneway extraction packets, version 1", packets::document()),
        };
        let own = body.as_object_mut().map(std::mem::take).unwrap_or_default();
        let mut schema = Map::new();
        schema.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
        schema.insert("$id".to_owned(), json!(format!("urn:laneway:{}:v1", self.name())));
        schema.insert("title".to_owned(), json!(title));
        schema.extend(own);
        Value::Object(schema)
    }

    /// Returns the schema as the file has it: indented, with a line break at its end.
    pub fn text(self) -> String {
        // Of a schema, schemars writes the keys in the order in which people read them.
        let schema = schemars::Schema::try_from(self.schema()).expect("an object is a schema");
        serde_json::to_string_pretty(&schema).expect("a schema is JSON") + "\n"
    }
}
