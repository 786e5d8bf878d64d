//! A quorum, and the quorums of a row or a lane.

use std::collections::BTreeSet;
use std::fmt;

/// How many of the named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Need {
    /// One of them is enough, as in CODEOWNERS.
    #[default]
    Any,
    /// Each of them; of a team, one of its people is enough.
    All,
    /// So many people of them; never 0, and never 1, which is [`Need::Any`].
    AtLeast(u32),
}

impl Need {
    /// Returns the need of so many people.
    pub const fn at_least(people: u32) -> Self {
        if people <= 1 { Self::Any } else { Self::AtLeast(people) }
    }
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any of"),
            Self::All => f.write_str("all of"),
            Self::AtLeast(people) => write!(f, "{people} of"),
        }
    }
}

/// Some of those that are named. A name is a team or a person.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quorum {
    /// How many.
    pub need: Need,
    /// Of whom.
    pub of: BTreeSet<String>,
}

impl Quorum {
    /// Returns the quorum that names alone make: any of them.
    pub fn any<S: Into<String>>(of: impl IntoIterator<Item = S>) -> Self {
        Self { need: Need::Any, of: of.into_iter().map(Into::into).collect() }
    }

    /// Returns the names, with commas between them.
    fn joined(&self) -> String {
        self.of.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
    }
}

impl fmt::Display for Quorum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.need, self.joined())
    }
}

/// What a row, a lane or `laneway.yaml` asks for: each of its quorums.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quorums(BTreeSet<Quorum>);

impl Quorums {
    /// Returns the quorums of a list of names: any of them; nothing where there are none.
    pub fn any<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Self {
        [Quorum::any(names)].into_iter().collect()
    }

    /// Says whether nobody is asked for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns each quorum once.
    pub fn iter(&self) -> impl Iterator<Item = &Quorum> {
        self.0.iter()
    }

    /// Returns everyone who is named, each once, in the order of the names.
    pub fn names(&self) -> BTreeSet<&str> {
        self.0.iter().flat_map(|quorum| &quorum.of).map(String::as_str).collect()
    }

    /// Says whether any of the names is enough, which is all that a list of names can say.
    pub fn is_plain(&self) -> bool {
        self.0.len() <= 1 && self.0.iter().all(|quorum| quorum.need == Need::Any)
    }
}

impl FromIterator<Quorum> for Quorums {
    /// A quorum of nobody asks for nothing, so it is left out.
    fn from_iter<T: IntoIterator<Item = Quorum>>(quorums: T) -> Self {
        Self(quorums.into_iter().filter(|quorum| !quorum.of.is_empty()).collect())
    }
}

impl fmt::Display for Quorums {
    /// Names alone where any of them is enough, else each quorum in words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let (true, Some(only)) = (self.is_plain(), self.0.first()) {
            return f.write_str(&only.joined());
        }
        let each: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&each.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quorums_are_said_in_words_where_names_do_not_say_them() {
        let all = Quorum { need: Need::All, ..Quorum::any(["@b", "@a"]) };
        assert_eq!(Quorums::any(["@b", "@a"]).to_string(), "@a, @b");
        let both: Quorums = [all, Quorum::any(["@c"]), Quorum::default()].into_iter().collect();
        assert_eq!(both.to_string(), "any of @c; all of @a, @b");
        assert_eq!(both.names().into_iter().collect::<Vec<_>>(), ["@a", "@b", "@c"]);
        assert!(!both.is_plain() && Quorums::default().is_plain());
        assert_eq!(Quorums::default().to_string(), "");
        assert_eq!(Need::at_least(1), Need::Any);
    }
}
