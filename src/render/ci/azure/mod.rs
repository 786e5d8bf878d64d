//! A route for Azure Pipelines: the matrix of its jobs, and the output variables of the step that decides it.
//!
//! A matrix is an object of legs, and a leg an object of texts, each of which becomes a variable of its job. Azure
//! expands `$(x)` in variables once more, acts on `##vso[…]` in whatever is printed, and breaks variables at line
//! ends: that is why the command travels in base64, and why a name never holds what opens either. Legs cannot need
//! one another; matrices, one after another, can.

mod legs;
mod outputs;

pub use outputs::{JOBS, OUTPUT_BYTES, Outputs, STAGES, VARIABLE_LENGTH, document};
