#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use super::bytes::is_path;
use super::{Answer, Language, Pattern, Question, Veto, witness};
use crate::path::RepoPath;

const BUDGET: usize = 1_000_000;

fn patterns(texts: &[&str]) -> Vec<Pattern> {
    texts.iter().map(|text| Pattern::parse(text).unwrap()).collect()
}

/// Asks for a path that the one alternative of each of `all` matches and no pattern of `none`.
fn ask(all: &[&str], none: &[&str]) -> Answer {
    let (all, none) = (patterns(all), patterns(none));
    let question = Question {
        all: all.iter().map(|pattern| pattern.languages().last().unwrap()).collect(),
        none: none.iter().flat_map(Pattern::languages).map(Veto::from).collect(),
    };
    witness(&question, BUDGET)
}

#[test]
fn the_witness_is_one_that_people_read() {
    for (all, none, expected) in [
        (&["a/**"][..], &[][..], "a/x"),
        (&["a/**"], &["a/*"], "a/x/x"),
        (&["a/**"], &["a/x", "a/*/**"], "a/a"),
        (&["**/*.go", "a/**"], &[], "a/.go"),
        (&["**/*.go", "a/**"], &["**/.*"], "a/x.go"),
        (&["a[!x]"], &[], "aa"),
        (&["*[!a-zA-Z0-9]"], &["**[!_a]**"], "_"),
        (&["?"], &["[\\!-~]"], " "),
        (&["doc/**billing**", "doc/**invoice**"], &[], "doc/billinginvoice"),
        (&["**"], &["*", "x/**"], "a/x"),
        (&["a\\*b/**"], &[], "a*b/x"),
        (&["**/b/**", "a/**"], &["a/b/**"], "a/x/b/x"),
        (&["*git"], &[], "git"),
        (&["[.]git*"], &[], ".gitx"),
    ] {
        assert_eq!(ask(all, none), Answer::Path(expected.into()), "{all:?} without {none:?}");
    }
}

#[test]
fn what_nobody_can_own_is_empty() {
    for (all, none) in [
        (&["a/**"][..], &["a/*", "a/*/**"][..]),
        (&["a/**", "b/**"], &[]),
        (&["a/*.go", "a/*.rs"], &[]),
        (&["a/**/*.go"], &["a/**/*"]),
        (&["a/[ab]"], &["a/a", "a/b"]),
        (&["**"], &["*", "**/*"]),
        (&[".git/**"], &[]),
        (&["a/.git"], &[]),
        (&["a/.GiT/x*"], &[]),
        (&["?"], &["[!a]", "a"]),
        (&["a**b"], &["a**"]),
        (&["a/?"], &["a/*"]),
        (&["[.]"], &[]),
        (&["[.]?"], &["[.][!.]"]),
    ] {
        assert_eq!(ask(all, none), Answer::Empty, "{all:?} without {none:?}");
    }
    assert_eq!(witness(&Question::default(), BUDGET), Answer::Empty);
}

#[test]
fn a_veto_can_be_lifted() {
    let (all, veto, unless) =
        (patterns(&["a/**"]), patterns(&["a/*", "a/*/**"]), patterns(&["a/b/c", "**/z*"]));
    let question = |unless: &[Pattern]| {
        let unless: Vec<Language<'_>> = unless.iter().flat_map(Pattern::languages).collect();
        let none = veto.iter().flat_map(Pattern::languages);
        let none = none.map(|language| Veto { language, unless: unless.clone() }).collect();
        witness(&Question { all: all.iter().flat_map(Pattern::languages).collect(), none }, BUDGET)
    };
    assert_eq!(question(&unless), Answer::Path("a/z".into()));
    assert_eq!(question(&unless[..1]), Answer::Path("a/b/c".into()));
    assert_eq!(question(&[]), Answer::Empty);
}

/// To tell which of the last 60 bytes are an `a` takes 2^60 states.
#[test]
fn a_hostile_question_is_left_undecided() {
    let hostile: Vec<String> = (40..60).map(|length| format!("*a{}", "[ab]".repeat(length))).collect();
    let hostile: Vec<&str> = hostile.iter().map(String::as_str).collect();
    assert_eq!(ask(&hostile, &["*a*a*"]), Answer::Undecided);
}

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        5 => "[ab]",
        3 => Just("/".to_owned()),
        2 => Just("*".to_owned()),
        1 => Just("?".to_owned()),
        2 => Just("/**/".to_owned()),
        2 => Just("**".to_owned()),
        1 => Just("[ab]".to_owned()),
        1 => Just("[!a]".to_owned()),
        1 => Just("{a,b/c}".to_owned()),
    ];
    let glued = prop::collection::vec(piece, 1..5).prop_map(|pieces| pieces.concat());
    prop_oneof![8 => glued, 1 => Just("**".to_owned()), 1 => Just("a/**".to_owned())]
}

fn sound() -> impl Strategy<Value = Pattern> {
    text().prop_filter_map("a pattern", |text| Pattern::parse(&text).ok())
}

/// Every path of git of up to three bytes over four letters, and longer ones over two.
fn short_paths() -> Vec<RepoPath> {
    let mut all: Vec<Vec<u8>> = vec![Vec::new()];
    let mut from = 0;
    for length in 0..5 {
        let to = all.len();
        for at in from..to {
            for byte in if length < 3 { &b"ab/c"[..] } else { b"a/" } {
                let longer = [&all[at][..], &[*byte]].concat();
                all.push(longer);
            }
        }
        from = to;
    }
    all.iter().filter(|path| is_path(path)).map(RepoPath::new).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    /// Where there is a path, what is found is one, and none is shorter; where none is found, there is none.
    #[test]
    fn brute_force_agrees(
        all in prop::collection::vec(sound(), 1..3),
        none in prop::collection::vec((sound(), prop::option::of(sound())), 0..4),
        pick in any::<prop::sample::Index>(),
    ) {
        thread_local!(static PATHS: Vec<RepoPath> = short_paths());
        let languages = |pattern| Pattern::languages(pattern).collect::<Vec<_>>();
        let all: Vec<Language<'_>> = all.iter().map(|pattern| *pick.get(&languages(pattern))).collect();
        let vetoes = none.iter().flat_map(|(pattern, unless)| {
            let unless: Vec<Language<'_>> = unless.iter().flat_map(Pattern::languages).collect();
            pattern.languages().map(move |language| Veto { language, unless: unless.clone() })
        });
        let question = Question { all: all.clone(), none: vetoes.collect() };
        let holds = |path: &RepoPath| {
            all.iter().all(|language| language.matches(path))
                && none.iter().all(|(pattern, unless)| {
                    !pattern.matches(path) || unless.as_ref().is_some_and(|unless| unless.matches(path))
                })
        };
        let shortest = PATHS.with(|paths| paths.iter().find(|path| holds(path)).cloned());
        match witness(&question, BUDGET) {
            Answer::Path(path) => {
                prop_assert!(is_path(path.as_bytes()) && holds(&path), "{path} is no witness");
                prop_assert!(path.as_bytes().iter().all(u8::is_ascii_graphic), "{path:?}");
                if let Some(shortest) = shortest {
                    prop_assert!(path.as_bytes().len() <= shortest.as_bytes().len(), "{path} beside {shortest}");
                }
            }
            Answer::Empty => prop_assert_eq!(shortest, None),
            Answer::Undecided => prop_assert!(false, "undecided"),
        }
    }

    /// The languages of a pattern are the pattern.
    #[test]
    fn the_languages_agree_with_the_pattern(pattern in sound(), path in "[abc](/?[abc]){0,6}") {
        let path = RepoPath::from(path.as_str());
        prop_assert_eq!(pattern.languages().any(|language| language.matches(&path)), pattern.matches(&path));
    }
}
