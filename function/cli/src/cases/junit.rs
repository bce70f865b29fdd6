//! The results of cases in `JUnit`'s XML, in the part of it that CI services read.

use std::fmt::Write as _;

use tierguard::policy::{Answer, Case};

use super::{Tested, text};
use crate::shown::is_hidden;

/// The whole document; the files that are `unread` could not be read, and count as errors.
pub(super) fn xml(policy: &str, tested: &[Tested], unread: &[String]) -> String {
    let suites: String = tested.iter().map(suite).chain(unread.iter().map(|file| error(file))).collect();
    let errors = unread.len();
    let (tests, failures) = (
        tested.iter().map(|file| file.results.len()).sum::<usize>().saturating_add(errors),
        tested.iter().map(Tested::failures).sum::<usize>(),
    );
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\">\n\
         {suites}</testsuites>\n",
        escaped(policy)
    )
}

fn suite(file: &Tested) -> String {
    let name = escaped(&file.file);
    let cases: String = file.results.iter().map(|(case, answer)| testcase(&name, case, answer)).collect();
    format!(
        "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{}\" errors=\"0\">\n{cases}  </testsuite>\n",
        file.results.len(),
        file.failures()
    )
}

/// A file of cases that could not be read.
fn error(file: &str) -> String {
    let name = escaped(file);
    format!(
        "  <testsuite name=\"{name}\" tests=\"1\" failures=\"0\" errors=\"1\">\n    <testcase name=\"{name}\" \
         classname=\"{name}\" file=\"{name}\">\n      <error message=\"the cases cannot be read\"/>\n    </testcase>\n  \
         </testsuite>\n"
    )
}

fn testcase(file: &str, case: &Case, answer: &Answer) -> String {
    let name = escaped(&case.name);
    let mut xml = format!(
        "    <testcase name=\"{name}\" classname=\"{file}\" file=\"{file}\" line=\"{}\"",
        case.passage.line
    );
    if answer.is_expected(case) {
        xml.push_str("/>\n");
        return xml;
    }
    let lines = text::difference(case, answer);
    let body: Vec<_> = lines.iter().map(|line| escaped(line)).collect();
    // A String takes whatever is written to it.
    let _ = write!(
        xml,
        ">\n      <failure message=\"not {}\">{}</failure>\n    </testcase>\n",
        case.expected.word(),
        body.join("\n")
    );
    xml
}

/// `text` as text or an attribute of XML: what XML does not take, or hides, is written out.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            c if is_hidden(c) => safe.extend(c.escape_default()),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_does_not_take_is_written_out() {
        insta::assert_snapshot!(escaped("a<b> & \"c\" \u{0}\u{202e}\u{fffe} ü"), @r"a&lt;b&gt; &amp; &quot;c&quot; \u{0}\u{202e}\u{fffe} ü");
    }
}
