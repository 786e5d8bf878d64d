//! What other tools found, as findings: with the text of the files at which they point.

mod issues;
mod text;

pub use issues::issues;
