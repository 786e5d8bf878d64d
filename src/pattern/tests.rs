#![expect(clippy::unwrap_used, reason = "tests")]

use globset::GlobBuilder;
use proptest::prelude::*;

use super::{Pattern, PatternSet, Rank, Scratch};
use crate::path::RepoPath;

fn matches(pattern: &str, path: &str) -> bool {
    Pattern::parse(pattern).unwrap().matches(&RepoPath::from(path))
}

#[test]
fn the_language_of_the_design() {
    for (pattern, path, expected) in [
        ("a/**", "a", false),
        ("a/**", "a/b", true),
        ("a/**", "a/b/c", true),
        ("**/x", "x", true),
        ("**/x", "a/b/x", true),
        ("a/**/x", "a/x", true),
        ("a/**/x", "a/b/c/x", true),
        ("a/**/x", "ax", false),
        ("a**/b", "a/b", true),
        ("a**/b", "ac/d/b", true),
        ("doc/api/**billing**", "doc/api/v1/billing/x.yaml", true),
        ("doc/api/**billing**", "doc/api/billing", true),
        ("doc/api/**billing**", "doc/api/bill", false),
        ("doc/architecture/**Billing**", "doc/architecture/x/Billing_v1.md", true),
        ("doc/architecture/**Billing**", "doc/architecture/billing.md", false),
        ("[!a]", "b", true),
        ("[^a]", "a", false),
        ("a?b", "a/b", false),
        ("a[!x]b", "a/b", false),
        ("*", ".hidden", true),
        ("*", "a/b", false),
        ("packages/*", "packages/a/b", false),
        ("packages/*/", "packages/a/b", true),
        ("cmd/worker", "cmd/worker", true),
        ("cmd/worker", "cmd/worker/main.go", true),
        ("cmd/worker", "cmd/worker2", false),
        ("cmd/worker/", "cmd/worker", false),
        ("cmd/worker/", "cmd/worker/main.go", true),
        ("**", "a", true),
        ("**.ts", "a/b.ts", true),
        ("{a,b{1,2}}/x", "b2/x", true),
        ("{a,b{1,2}}/x", "b/x", false),
        ("a\\*b", "a*b", true),
        ("a\\*b", "axb", false),
        ("[{]a", "{a", true),
        ("a/**/b/**/c", "a/b/x/b/c", true),
        ("[a-c]*", "bx", true),
    ] {
        assert_eq!(matches(pattern, path), expected, "{pattern} on {path}");
        let mut set = PatternSet::new();
        set.insert((), &Pattern::parse(pattern).unwrap());
        let mut scratch = Scratch::new();
        let found = set.matches(&RepoPath::from(path), &mut scratch);
        assert_eq!(!found.is_empty(), expected, "set: {pattern} on {path}");
    }
}

#[test]
fn what_could_never_match_is_refused() {
    for pattern in [
        "", "/a", "./a", "a//b", "../a", "a/./b", "{a", "a}", "[a", "a\\", "[b-a]", "[/]", "/", "{a,b",
        "a[/]b",
    ] {
        assert!(Pattern::parse(pattern).is_err(), "{pattern}");
    }
    let many = "{a,b}".repeat(12);
    assert!(Pattern::parse(&many).is_err());
    assert!(Pattern::parse(&"{".repeat(100_000)).is_err());
}

#[test]
fn the_most_specific_ranks_highest() {
    let path = RepoPath::from("a/b/c.go");
    let rank = |pattern: &str| {
        let mut set = PatternSet::new();
        set.insert((), &Pattern::parse(pattern).unwrap());
        let mut scratch = Scratch::new();
        set.matches(&path, &mut scratch).iter().map(|found| found.rank).max().unwrap_or_default()
    };
    let order = ["**", "**/*.go", "**/c.go", "a/**", "a/*/c.go", "a/b/**", "a/b/*.go", "a/b/c.go"];
    for pair in order.windows(2) {
        assert!(rank(pair[0]) < rank(pair[1]), "{} < {}", pair[0], pair[1]);
    }
    assert_eq!(rank("a/b"), rank("a/b/**"));
    assert_eq!(rank("a/b/"), rank("a/b"));
    assert!(rank("a/b/c.go").equal);
    assert_eq!(rank("x"), Rank::default());
}

/// A pattern with `**` in the middle of text takes exponential time where a matcher backtracks.
#[test]
fn hostile_patterns_stay_linear() {
    let pattern = Pattern::parse(&"**a".repeat(60)).unwrap();
    assert!(!pattern.matches(&RepoPath::from("a".repeat(4000).replace("aa", "a/").as_str())));
    let stars = Pattern::parse(&"*a".repeat(60)).unwrap();
    assert!(!stars.matches(&RepoPath::from(format!("{}b", "a".repeat(4000)).as_str())));
}

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[ab]",
        2 => Just("/".to_owned()),
        1 => Just("*".to_owned()),
        1 => Just("?".to_owned()),
        1 => Just("/**/".to_owned()),
        1 => Just("[ab]".to_owned()),
        1 => Just("[!a]".to_owned()),
        1 => Just("{a,b/c}".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    /// Where `**` stands alone, the language is globset's with `literal_separator`, but that a pattern without
    /// wildcards also names a folder, and that a class never matches `/`.
    #[test]
    fn globset_agrees(pieces in prop::collection::vec(piece(), 1..7), path in "[abc](/?[abc]){0,5}") {
        let text = pieces.concat();
        let Ok(pattern) = Pattern::parse(&text) else { return Ok(()) };
        // Glued `**`, which the concatenation can make, is where the two differ by design; so is a folder's `/`.
        if text.ends_with('/') || text.split('/').any(|part| part.contains("**") && part != "**") {
            return Ok(());
        }
        let reference = GlobBuilder::new(&text.replace("[!a]", "[!a/]"))
            .literal_separator(true).backslash_escape(true).empty_alternates(true).build().unwrap().compile_matcher();
        let below = GlobBuilder::new(&format!("{text}/**"))
            .literal_separator(true).build().unwrap().compile_matcher();
        let plain = !text.contains(['*', '?', '[', '{']);
        let expected = reference.is_match(&path) || plain && below.is_match(&path);
        // Braces may hold alternatives without wildcards; those name folders as well.
        if !text.contains('{') {
            prop_assert_eq!(pattern.matches(&RepoPath::from(path.as_str())), expected);
        } else if expected {
            prop_assert!(pattern.matches(&RepoPath::from(path.as_str())));
        }
    }

    /// The set and the single pattern are two ways to the same answer.
    #[test]
    fn the_set_agrees_with_the_pattern(
        texts in prop::collection::vec(prop::collection::vec(prop_oneof![piece(), Just("**".to_owned())], 1..6), 1..5),
        path in "[abc](/?[abc]){0,6}",
    ) {
        let patterns: Vec<Pattern> =
            texts.iter().filter_map(|pieces| Pattern::parse(&pieces.concat()).ok()).collect();
        let path = RepoPath::from(path.as_str());
        let mut set = PatternSet::new();
        for (key, pattern) in patterns.iter().enumerate() {
            set.insert(key, pattern);
        }
        let mut scratch = Scratch::new();
        let found = set.matches(&path, &mut scratch);
        for (key, pattern) in patterns.iter().enumerate() {
            prop_assert_eq!(found.iter().any(|found| found.key == key), pattern.matches(&path), "{}", pattern.as_str());
        }
    }

    #[test]
    fn no_text_panics(text in "[\\[\\]{}!^,*?\\\\/ab.é-]{0,12}") {
        if let Err(error) = Pattern::parse(&text) {
            prop_assert!(error.span.end <= text.len(), "{error:?}");
        }
    }
}
