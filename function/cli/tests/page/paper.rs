//! The page on paper.

use crate::browser::{Browser, DESK};
use crate::history::{desk, page};

#[test]
fn it_prints_with_each_event_open_and_is_closed_again_after() {
    let test = "it_prints_with_each_event_open";
    let path = page(&desk(test), "");
    let mut browser = Browser::open(&path, DESK, test);
    browser.prefer("dark");
    browser.value(
        "addEventListener('beforeprint', () => { window.printed = document.querySelectorAll('#list > details[open]').length; })",
    );
    let pdf = browser.print();
    // `%PDF-` in Base64.
    assert!(pdf.starts_with("JVBERi") && pdf.len() > 40_000, "{} characters", pdf.len());
    assert!((browser.number("window.printed") - 34.0).abs() < 0.5);
    assert!(browser.holds("document.querySelectorAll('#list > details[open]').length === 0"));
    browser.ask("Emulation.setEmulatedMedia", &serde_json::json!({"media": "print"}));
    assert_eq!(browser.text("getComputedStyle(document.body).backgroundColor"), "rgb(255, 255, 255)");
    assert_eq!(browser.text("getComputedStyle(document.getElementById('filters')).display"), "none");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}
