# The same as CI, without installing anything.
check: fmt clippy test doc

fmt:
    cargo fmt --check

clippy:
    cargo clippy --locked --all-targets -- -D warnings

test:
    cargo test --locked

doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps

# Rewrites what is generated: the JSON Schemas, and the outputs that documents show.
bless:
    LANEWAY_BLESS=1 cargo test --locked

# Needs cargo-deny and typos.
extra:
    cargo deny check licenses bans sources
    typos
