//! The classes of a change.

use std::fmt;

/// What kind of change it is, which decides the minimum route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeClass {
    /// A contract, an API, an event.
    Contract,
    /// A schema or a seed.
    Schema,
    /// A platform's shared service.
    PlatformService,
    /// A product.
    Product,
    /// A page family.
    Frontend,
    /// CI/CD, profiles, policy.
    Delivery,
    /// Documentation only.
    Docs,
}

impl ChangeClass {
    /// Every class, in the order of the routing rules.
    pub const ALL: [Self; 7] = [
        Self::Contract,
        Self::Schema,
        Self::PlatformService,
        Self::Product,
        Self::Frontend,
        Self::Delivery,
        Self::Docs,
    ];

    /// Returns the word of maps, lanes and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Contract => "contract",
            Self::Schema => "schema",
            Self::PlatformService => "platform_service",
            Self::Product => "product",
            Self::Frontend => "frontend",
            Self::Delivery => "delivery",
            Self::Docs => "docs",
        }
    }

    /// Reads the word of maps and lanes.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == word)
    }
}

impl fmt::Display for ChangeClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

/// A set of [`ChangeClass`]es.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChangeClasses(u8);

impl ChangeClasses {
    /// No class.
    pub const NONE: Self = Self(0);

    /// The one class.
    pub const fn only(class: ChangeClass) -> Self {
        Self(1 << class as u8)
    }

    /// Returns the set with `class` in it.
    #[must_use]
    pub const fn with(self, class: ChangeClass) -> Self {
        Self(self.0 | 1 << class as u8)
    }

    /// Returns the classes that either set has.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Says whether `class` is in the set.
    pub const fn has(self, class: ChangeClass) -> bool {
        self.0 & (1 << class as u8) != 0
    }

    /// Says whether no class is in the set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Says whether the set holds `docs` and nothing else.
    pub fn is_docs_only(self) -> bool {
        self == Self::only(ChangeClass::Docs)
    }

    /// Returns the classes of the set, in order.
    pub fn iter(self) -> impl Iterator<Item = ChangeClass> {
        ChangeClass::ALL.into_iter().filter(move |class| self.has(*class))
    }
}

impl FromIterator<ChangeClass> for ChangeClasses {
    fn from_iter<I: IntoIterator<Item = ChangeClass>>(classes: I) -> Self {
        classes.into_iter().fold(Self::NONE, Self::with)
    }
}
