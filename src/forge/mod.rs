//! The forges, over HTTP: who is asked to review, one comment that is updated in place, one commit status.
//!
//! What is to hold on the forge is a [`Posting`]. [`post()`] reads what is there, a pure function says which calls are
//! missing, and those are made; after a call whose outcome is not known, it reads again. Run twice, or twice at once, it
//! ends in the same state.
//!
//! Neither the environment nor the disk is read here: variables, the event and the token's file are passed in, and so
//! is the [`Clock`]. The token is sent to the API that was named and to nobody else, and is never printed.

mod model;
mod context;
mod token;
mod call;
mod connect;
mod client;
mod explain;
mod text;
mod snapshot;
mod github;
mod gitlab;
mod post;
mod ask;

pub use ask::{Already, OpenReviews, already, open_reviews};
pub use call::{Call, Method, Purpose};
pub use client::{Client, Clock, Limits, System};
pub use context::context;
pub use model::{Context, Note, Options, Outcome, Posting, State, Status, Target};
pub use post::{post, unread};
pub use token::{Token, find as find_token, missing as missing_token};
