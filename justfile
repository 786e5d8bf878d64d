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

# Installs the tools of the CIs' own makers, about 270 MB; with `LANEWAY_CI_TOOLS=$PWD/target/ci-tools just test` the
# tests run what was written for each CI.
tools:
    tests/ci-tools/install.sh target/ci-tools

# Rewrites what is generated: the JSON Schemas, and the outputs that documents show.
bless:
    LANEWAY_BLESS=1 cargo test --locked

# Needs cargo-deny and typos.
extra:
    cargo deny check licenses bans sources
    typos
