use proptest::prelude::*;

use super::*;
use tierguard::wire::Seen;

use crate::record::Header;
use crate::window::{Size, Window};

/// What was found in a text, in order.
#[derive(Debug, Default, PartialEq, Eq)]
struct Told {
    records: Vec<String>,
    damage: Vec<String>,
    /// How many records it wants at most, if not all.
    most: Option<usize>,
    /// Whether records with an odd `eventID` are passed over.
    skips: bool,
}

impl Told {
    /// Whether `record` is passed over, as far as a look tells.
    fn skips(&self, record: &[u8]) -> bool {
        let is_odd = |record: &str| {
            let id = record.split('"').nth(3).and_then(|id| id.parse().ok());
            id.is_some_and(|id: usize| id % 2 == 1)
        };
        self.skips && std::str::from_utf8(record).is_ok_and(is_odd)
    }
}

const PASSED_OVER: &str = "passed over";

impl Collect for Told {
    fn passes_over(&mut self, record: &[u8], seen: Seen) -> bool {
        assert_eq!(seen.is_plain, !record.contains(&b'\\'));
        let skips = self.skips(record);
        self.records.extend(skips.then(|| PASSED_OVER.to_owned()));
        skips
    }
    fn record(&mut self, json: &str, _: &Header<'_>) {
        let seen = Seen { is_plain: !json.contains('\\'), name: None };
        if !self.passes_over(json.as_bytes(), seen) {
            self.records.push(json.to_owned());
        }
    }
    fn stray(&mut self, why: Stray) {
        self.damage.push(why.to_string());
    }
}

impl Take for Told {
    fn wants_more(&self) -> bool {
        self.most.is_none_or(|most| self.records.len() < most)
    }
    fn broken(&mut self, fault: Fault) {
        self.damage.push(fault.to_string());
    }
    fn too_long(&mut self, Place { line, column }: Place) {
        self.damage.push(format!("too long at {line}:{column}"));
    }
    fn failed(&mut self, error: io::Error) {
        self.damage.push(error.to_string());
    }
}

/// What is found in `text` if `most` bytes of it fit into the window.
fn told(text: &str, most: usize) -> Told {
    let mut told = Told::default();
    read(
        &mut Values::of(Window::new(text.as_bytes(), Size { first: most.min(16), most }, Vec::new())),
        &mut told,
    );
    told
}

/// The same, where records with an odd `eventID` are passed over.
fn skimmed(text: &str, most: usize) -> Told {
    let mut told = Told { skips: true, ..Told::default() };
    read(
        &mut Values::of(Window::new(text.as_bytes(), Size { first: most.min(16), most }, Vec::new())),
        &mut told,
    );
    Told { skips: false, ..told }
}

/// What `told` is without the records that are passed over.
fn without_odd(told: Told) -> Told {
    let odd = Told { skips: true, ..Told::default() };
    let skip = |record: String| if odd.skips(record.as_bytes()) { PASSED_OVER.to_owned() } else { record };
    Told { records: told.records.into_iter().map(skip).collect(), ..told }
}

fn record(id: usize) -> String {
    format!(r#"{{"eventID":"{id}","x":[{{"[":"\"]"}},-1.5e3]}}"#)
}

/// The longest record of these tests fits in.
const SMALL: usize = 64;
const LARGE: usize = 1 << 20;

#[test]
fn of_a_list_that_is_longer_than_the_window_each_record_is_found() {
    let records: Vec<_> = (0..20).map(record).collect();
    let list = records.join(" ,\n");
    for text in [
        format!("[{list}]"),
        format!(r#" {{ "a":{{"b":[{list}]}},"Records" : [ {list} ] , "c":{list:?} }}"#),
        format!(r#"[{{"Events":[{list}]}}]"#),
        records.join("\n"),
    ] {
        let told = told(&text, SMALL);
        assert_eq!((told.records, told.damage), (records.clone(), vec![]), "{text}");
    }
}

#[test]
fn what_is_longer_than_the_window_and_no_list_is_told_by_its_place() {
    let long = "x".repeat(2 * SMALL);
    let a = record(1);
    for (text, damage) in [
        (format!("{a}\n \"{long}\\\"\"\n{a}"), "too long at 1:1"),
        (format!(r#"{a}{{"a":"{long}","b":{{}}}}{a}"#), "too long at 0:40"),
        (format!(r#"[{a},{{"Records":"{long}"}},{a}]"#), "too long at 0:42"),
        (format!(r"[{a},{},{a}]", "1".repeat(2 * SMALL)), "too long at 0:42"),
    ] {
        let told = told(&text, SMALL);
        assert_eq!(
            (told.records, told.damage),
            (vec![a.clone(), a.clone()], vec![damage.to_owned()]),
            "{text}"
        );
    }
}

#[test]
fn a_long_value_that_never_ends_ends_where_the_next_one_starts() {
    let a = record(1);
    for text in [
        format!("{}\n{a}\n{a}\n{a}", "[".repeat(2 * SMALL)),
        format!("\"{}\n{a}\n{a}", "x".repeat(2 * SMALL)),
        format!("{{\"a\":\"{}\n{a}\n{a}", "x".repeat(2 * SMALL)),
    ] {
        let told = told(&text, SMALL);
        assert!(told.records.ends_with(&[a.clone(), a.clone()]), "{text}: {told:?}");
        assert!(!told.damage.is_empty(), "{text}: {told:?}");
    }
}

#[test]
fn it_says_of_a_long_list_that_is_cut_what_it_says_of_a_short_one() {
    let records: Vec<_> = (0..20).map(record).collect();
    let list = records.join(",");
    for text in [
        format!("[{list}"),
        format!("[{list},"),
        format!(r#"{{"Records":[{list}"#),
        format!(r#"{{"Records":[{list}]"#),
        format!(r#"{{"Records":[{list}],"#),
        format!(r#"{{"Records":[{list}],"a""#),
        format!(r#"{{"Records":[{list}] x"#),
        format!("[{list} x"),
    ] {
        assert_eq!(told(&text, SMALL), told(&text, LARGE), "{text}");
    }
}

#[test]
fn nesting_has_the_same_limit_in_a_long_list_as_in_a_short_one() {
    let list = (0..20).map(record).collect::<Vec<_>>().join(",");
    for depth in 1..=DEEPEST + 2 {
        let arrays = format!("{}{list}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(told(&arrays, SMALL), told(&arrays, LARGE), "{depth}");
        let objects = format!("{}[{list}]{}", r#"{"Records":["#.repeat(depth), "]}".repeat(depth));
        assert_eq!(told(&objects, SMALL), told(&objects, LARGE), "{depth}");
        for text in [arrays, objects] {
            assert_eq!(skimmed(&text, LARGE), without_odd(told(&text, LARGE)), "{depth}");
        }
    }
}

#[test]
fn white_space_may_be_longer_than_the_window() {
    let space = " ".repeat(2 * SMALL);
    let a = record(1);
    let told = told(&format!("{space}[{space}{a}{space}]{space}{{{space}}}{space}{a}"), LARGE);
    assert_eq!(told.records, [a.clone(), a]);
}

#[test]
fn nothing_is_read_that_is_not_wanted() {
    let list = (0..20).map(record).collect::<Vec<_>>().join(",");
    let mut told = Told { most: Some(3), ..Told::default() };
    let text = format!("[{list}]");
    let mut values = Values::of(Window::new(text.as_bytes(), Size { first: 16, most: SMALL }, Vec::new()));
    read(&mut values, &mut told);
    assert_eq!((told.records.len(), told.damage), (3, vec![]));
}

#[test]
fn records_need_no_space_between_them() {
    let records: Vec<_> = (0..20).map(record).collect();
    for text in [records.concat(), records.join(" "), records.join("\r\n"), records.join("\n\n")] {
        for most in [SMALL, LARGE] {
            assert_eq!(told(&text, most).records, records, "{text}");
            assert_eq!(skimmed(&text, most).records.len(), 20, "{text}");
        }
    }
}

#[test]
fn what_is_passed_over_is_not_parsed_and_what_is_odd_is() {
    let [a, b, c] = [0, 1, 2].map(record);
    let inside = b.replace("-1.5e3", "-1.5e3 nonsense");
    let list = |middle: &str| format!(r#"{{"Records":[{a},{middle},{c}]}}"#);
    let told = skimmed(&list(&inside), LARGE);
    assert_eq!((told.records, told.damage), (vec![a.clone(), PASSED_OVER.to_owned(), c.clone()], vec![]));
    for damaged in [
        b.replacen('[', "", 1),
        b.replacen(":\"", ":", 1),
        b.replace(',', "\\,"),
        b.replace('x', "\n"),
        format!("{b}}}"),
        a.replace("-1.5e3", "-1.5e3 nonsense"),
    ] {
        let told = skimmed(&list(&damaged), LARGE);
        assert_eq!(told.records.first(), Some(&a), "{damaged}");
        assert_eq!(told.damage.len(), 1, "{damaged}: {told:?}");
    }
}

/// Values, each of whose records fits into the small window.
fn whole() -> impl Strategy<Value = Vec<String>> {
    let space = prop::sample::select(vec!["", " ", "\n", "\n    ", "\t\r\n"]);
    let scalar = prop::sample::select(vec!["7", "-1.5e3", "null", "\"a]\\\\\"", "true", "{}", "[]"]);
    let record = (0..100_usize).prop_map(record);
    let value = prop_oneof![4 => record, 1 => scalar.prop_map(str::to_owned)];
    let wrapped = value.prop_recursive(4, 40, 6, move |inner| {
        (prop::collection::vec(inner, 0..6), space.clone(), 0..3_u8).prop_map(|(inner, space, kind)| {
            let list = inner.join(&format!("{space},{space}"));
            match kind {
                0 => format!("[{space}{list}{space}]"),
                1 => format!(r#"{{{space}"Records"{space}:{space}[{list}{space}]}}"#),
                _ => format!(
                    r#"{{"NextToken":{space}"}}]",{space}"Events":[{space}{list}],"a":{{"b":[1]}}{space}}}"#
                ),
            }
        })
    });
    prop::collection::vec(wrapped, 1..5)
}

proptest! {
    #[test]
    fn the_records_of_a_text_do_not_depend_on_the_window(values in whole(), most in SMALL..300) {
        let text = values.join("\n");
        prop_assert_eq!(told(&text, most), told(&text, LARGE));
    }

    #[test]
    fn what_is_passed_over_is_counted_and_changes_nothing_else(values in whole(), most in SMALL..300) {
        let text = values.join("\n");
        for most in [most, LARGE] {
            prop_assert_eq!(skimmed(&text, most), without_odd(told(&text, LARGE)));
        }
    }

    #[test]
    fn damage_is_told_and_costs_nothing_that_came_before(
        values in whole(),
        (which, at) in any::<(prop::sample::Index, prop::sample::Index)>(),
        insert in prop::sample::select(vec!["", "{", "}", "[", "]", "\"", ",", ":", "\\", "x", "\n"]),
        most in SMALL..300,
    ) {
        let which = which.index(values.len());
        let (before, rest) = values.split_at(which);
        let mut rest = rest.join("\n");
        let at = at.index(values[which].len());
        if insert.is_empty() { rest.truncate(at) } else { rest.insert_str(at, insert) }
        let text = [before, &[rest]].concat().join("\n");
        let (small, large) = (told(&text, most), told(&text, LARGE));
        let sound = told(&before.join("\n"), LARGE).records;
        prop_assert!(small.records.starts_with(&sound), "{small:?}");
        prop_assert!(large.records.starts_with(&sound), "{large:?}");
        let sound = without_odd(Told { records: sound, ..Told::default() }).records;
        prop_assert!(skimmed(&text, most).records.starts_with(&sound));
        prop_assert_eq!(small.damage.is_empty(), large.damage.is_empty(), "{:?} {:?}", small, large);
    }
}
