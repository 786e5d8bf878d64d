//! The CI's variables, with every empty one that was looked at.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::fault::{Code, Fault};

/// Variables, and the faults of those that were consulted.
pub(super) struct Environment<'a> {
    variables: &'a BTreeMap<String, String>,
    faults: RefCell<Vec<Fault>>,
}

impl<'a> Environment<'a> {
    pub(super) const fn new(variables: &'a BTreeMap<String, String>) -> Self {
        Self { variables, faults: RefCell::new(Vec::new()) }
    }

    /// Returns the value of a variable; an empty one is a fault, and then as good as absent.
    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        let value = self.variables.get(name)?;
        if value.trim().is_empty() {
            let mut faults = self.faults.borrow_mut();
            let fault = empty_variable(name);
            if faults.iter().all(|known| known.message != fault.message) {
                faults.push(fault);
            }
            return None;
        }
        Some(value)
    }

    /// Returns the value of a variable that its CI documents as set and empty where it does not apply.
    pub(super) fn get_or_blank(&self, name: &str) -> Option<&'a str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Says whether a variable is there and does not say no.
    pub(super) fn is_on(&self, name: &str) -> bool {
        self.get(name)
            .is_some_and(|value| !matches!(value.to_ascii_lowercase().as_str(), "false" | "0" | "no"))
    }

    /// Returns what was wrong with the variables that were consulted.
    pub(super) fn into_faults(self) -> Vec<Fault> {
        self.faults.into_inner()
    }
}

fn empty_variable(name: &str) -> Fault {
    Fault::new(
        Code::EmptyValue,
        format!("the variable `{name}` is empty"),
        format!("unset `{name}`, give it its value, or name the revisions with --base and --head"),
    )
}
