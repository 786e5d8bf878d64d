//! Whether a domain may be promoted on its own, for a terminal, for programs and for a page of Markdown.

mod json;
mod markdown;
mod report;
mod text;

pub use json::{PROMOTION_V1, schema, write as json};
pub use markdown::write as markdown;
pub use report::Report;
pub use text::write as text;
