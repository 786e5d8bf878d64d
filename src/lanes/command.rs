//! Which strings of a lane are commands.

/// The first two words by which a string is known to be a command. Any other string is the title of a gate whose
/// evidence comes from outside: running prose would be worse than asking for `run:`.
pub const PREFIXES: &[&str] = &[
    "bazel build",
    "bazel test",
    "buf breaking",
    "buf lint",
    "bun run",
    "bun test",
    "bundle exec",
    "cargo build",
    "cargo check",
    "cargo clippy",
    "cargo nextest",
    "cargo test",
    "deno task",
    "deno test",
    "dotnet build",
    "dotnet test",
    "go build",
    "go run",
    "go test",
    "go vet",
    "gradle check",
    "gradle test",
    "helm lint",
    "mix test",
    "mvn test",
    "mvn verify",
    "npm run",
    "npm test",
    "pnpm run",
    "pnpm test",
    "poetry run",
    "python -m",
    "swift test",
    "terraform validate",
    "uv run",
    "yarn run",
    "yarn test",
];

/// Says whether `text` runs as it stands.
pub fn is_command(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let (Some(first), Some(second)) = (words.next(), words.next()) else { return false };
    PREFIXES.iter().any(|prefix| prefix.split_once(' ') == Some((first, second)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_whole_words_make_a_command() {
        assert!(is_command("go test ./packages/platform/billing ./cmd/billing-worker"));
        assert!(is_command("npm  test"));
        assert!(!is_command("go testing is hard"));
        assert!(!is_command("go"));
        assert!(!is_command("ledger invariant tests"));
        assert!(!is_command("cargo-test something"));
    }

    #[test]
    fn the_list_is_sorted_and_has_two_words_each() {
        assert!(PREFIXES.is_sorted());
        assert!(PREFIXES.iter().all(|prefix| prefix.split(' ').count() == 2));
    }
}
