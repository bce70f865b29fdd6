//! What a person does with the page.

use crate::browser::{Browser, DESK, PHONE, Window};
use crate::history::{desk, page};

/// How many events are seen in the list.
const SEEN: &str = "document.querySelectorAll('#list > details:not([hidden])').length";

fn open(test: &str) -> Browser {
    let path = page(&desk(test), "");
    Browser::open(&path, DESK, test)
}

/// What is told of how many are listed.
fn told(browser: &mut Browser) -> String {
    browser.text("document.getElementById('count').textContent")
}

#[test]
fn it_loads_nothing_and_complains_of_nothing() {
    let mut browser = open("it_loads_nothing_and_complains_of_nothing");
    // First, since it says by which hash a style or a script that was changed would be taken.
    assert_eq!(browser.complaints(), Vec::<String>::new());
    assert!(
        browser.holds("getComputedStyle(document.querySelector('.tile')).borderRadius !== '0px'"),
        "the style is taken"
    );
    assert!(browser.holds("!document.getElementById('filters').hidden"), "the script ran");
    assert_eq!(told(&mut browser), "34 listed");
    assert!((browser.number("performance.getEntriesByType('resource').length")).abs() < 0.5);
}

#[test]
fn the_slash_goes_to_the_search_and_words_find_what_they_say() {
    let mut browser = open("the_slash_goes_to_the_search");
    browser.press("/");
    assert_eq!(browser.text("document.activeElement.name"), "search");
    browser.enter("5432 carol");
    let (seen, all) = (browser.number(SEEN), told(&mut browser));
    assert!(seen > 0.0 && seen < 34.0, "{seen}");
    assert_eq!(all, format!("{seen} of 34 listed"));
    let texts = browser.text(
        "[...document.querySelectorAll('#list > details:not([hidden])')].map(it => it.textContent).join('|')",
    );
    assert!(texts.split('|').all(|text| text.contains("5432") && text.contains("carol")));
    // A slash in the search is a slash.
    browser.enter("/");
    assert_eq!(browser.text("document.activeElement.value"), "5432 carol/");
    browser.enter("nowhere");
    assert!(browser.holds("!document.getElementById('nothing').hidden"));
    browser.click("#clear");
    assert_eq!(
        (told(&mut browser), browser.holds("document.getElementById('nothing').hidden")),
        ("34 listed".to_owned(), true)
    );
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn filters_narrow_the_list_together() {
    let mut browser = open("filters_narrow_the_list_together");
    browser.choose("tier", "web");
    let web = browser.number(SEEN);
    browser.choose("caller", "Deploy/bob");
    let both = browser.number(SEEN);
    assert!(34.0 > web && web > both && both > 0.0, "{web} {both}");
    browser.click("#clear");
    browser.choose("standing", "needs a person");
    assert!((browser.number(SEEN) - 1.0).abs() < 0.5);
    browser.click("#clear");
    browser.value("(() => { const from = document.querySelector('input[name=from]'); from.value = '2026-03-01'; from.dispatchEvent(new Event('input', {bubbles: true})); })()");
    let march = browser.number(SEEN);
    assert!(march > 0.0 && march < 34.0, "{march}");
    let times = browser.text("[...document.querySelectorAll('#list > details:not([hidden]) time')].map(it => it.textContent).join('|')");
    assert!(times.split('|').all(|time| time.starts_with("2026-03-")), "{times}");
}

#[test]
fn a_bar_filters_by_its_time_and_says_what_it_counts() {
    let mut browser = open("a_bar_filters_by_its_time");
    browser.click("#bars .bar");
    let counted = browser.text("document.querySelector('#bars .bar').getAttribute('aria-label')");
    assert_eq!(browser.text("document.getElementById('bar-note').textContent"), counted);
    assert_eq!(browser.text("document.getElementById('range').textContent"), "1 February 2026 ×");
    assert!((browser.number(SEEN) - 1.0).abs() < 0.5);
    browser.click("#range");
    assert_eq!(told(&mut browser), "34 listed");
    // By keys alone: one stop for Tab, then arrows, then Enter.
    browser.value("document.querySelector('#bars .bar').focus()");
    browser.press("ArrowRight");
    assert!(browser.holds("document.activeElement === document.querySelectorAll('#bars .bar')[1]"));
    assert!(browser.holds("document.getElementById('bar-note').textContent === document.activeElement.getAttribute('aria-label')"));
    browser.press("Enter");
    assert!(browser.holds("!document.getElementById('range').hidden"));
    assert!(
        (browser.number("document.querySelectorAll('#bars .bar[tabindex=\"0\"]').length") - 1.0).abs() < 0.5
    );
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn a_name_in_a_table_and_a_tier_in_the_picture_filter() {
    let mut browser = open("a_name_in_a_table_and_a_tier_in_the_picture");
    browser.click(".board.caller a.pick");
    let chosen = browser.text("document.querySelector('select[name=caller]').selectedOptions[0].text");
    let count = format!("({})", browser.number(SEEN));
    assert!(chosen.starts_with("Deploy/bob") || chosen.starts_with("Developer/alice"), "{chosen}");
    assert!(chosen.ends_with(&count), "{chosen} {count}");
    assert_eq!(browser.text("document.activeElement.id"), "incidents");
    browser.click("#clear");
    browser.click(".graph .node.tier.pick");
    assert!(browser.holds("document.querySelector('select[name=tier]').value !== ''"));
    assert!(browser.number(SEEN) < 34.0);
    browser.click("#clear");
    browser.click("a.tile.undecidable");
    assert!((browser.number(SEEN) - 1.0).abs() < 0.5);
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn it_sorts() {
    let mut browser = open("it_sorts");
    let first = "document.querySelector('#list > details time').textContent";
    assert_eq!(browser.text(first), "2026-03-12 09:39:00");
    browser.choose("order", "oldest");
    assert_eq!(browser.text(first), "2026-02-01 09:00:00");
    browser.choose("order", "open first");
    assert_eq!(browser.text("document.querySelector('#list > details').dataset.standing"), "undecidable");
    browser.choose("order", "by caller");
    let callers =
        browser.text("[...document.querySelectorAll('#list .who')].map(it => it.textContent).join('|')");
    assert!(callers.split('|').is_sorted());
}

#[test]
fn keys_open_an_event_and_its_record() {
    let mut browser = open("keys_open_an_event");
    browser.value("document.querySelector('#list summary').focus()");
    browser.press("Enter");
    assert!(browser.holds("document.querySelector('#list > details').open"));
    browser.press("Tab");
    assert!(browser.holds("document.activeElement.matches('.record > summary')"));
    browser.press("Enter");
    assert!(browser.holds("document.querySelector('#list .record').open"));
    assert!(browser.holds("document.querySelector('#list .record pre').checkVisibility()"));
    let outline = "getComputedStyle(document.activeElement).outlineStyle";
    assert_eq!(browser.text(outline), "solid");
    // The first stop of the page leads past everything.
    browser.value("document.activeElement.blur(); scrollTo(0, 0)");
    browser.click("h1");
    browser.value("getSelection().removeAllRanges(); document.body.setAttribute('tabindex', '-1'); document.body.focus()");
    browser.press("Tab");
    assert!(browser.holds("document.activeElement.matches('.skip')"));
}

#[test]
fn light_and_dark_follow_the_reader_and_the_button() {
    let mut browser = open("light_and_dark");
    let page = "getComputedStyle(document.body).backgroundColor";
    browser.prefer("light");
    let light = browser.text(page);
    browser.prefer("dark");
    let dark = browser.text(page);
    assert_ne!(light, dark);
    browser.click("#theme");
    assert_eq!(browser.text(page), light);
    browser.click("#theme");
    assert_eq!(browser.text(page), dark);
}

/// The contrast of each text with what is behind it, by the formula of WCAG 2.2: at least 4.5, or 3 where it is large.
#[test]
fn every_text_can_be_read_in_light_and_dark() {
    const FAINT: &str = "(() => {
      const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
      const light = (colour) => { const [r, g, b] = parts(colour).map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
      const behind = (it) => { for (; it; it = it.parentElement) { const c = getComputedStyle(it).backgroundColor; const p = parts(c); if (p.length < 4 || p[3] > 0) return c; } return 'rgb(255, 255, 255)'; };
      const faint = [];
      document.querySelectorAll('details').forEach((it) => { it.open = true; });
      for (const it of document.body.querySelectorAll('*')) {
        if (![...it.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '')) continue;
        if (['SCRIPT', 'STYLE', 'title', 'desc', 'OPTION'].includes(it.tagName)) continue;
        const style = getComputedStyle(it), inSvg = it instanceof SVGElement;
        const [one, other] = [inSvg ? style.fill : style.color, behind(inSvg ? it.closest('svg') : it)].map(light);
        const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
        if (contrast < (parseFloat(style.fontSize) >= 24 ? 3 : 4.5)) faint.push(`${it.tagName}.${it.getAttribute('class')} ${contrast.toFixed(2)}`);
      }
      return [...new Set(faint)].join('\\n');
    })()";
    let mut browser = open("every_text_can_be_read");
    for scheme in ["light", "dark"] {
        browser.prefer(scheme);
        assert_eq!(browser.text(FAINT), "", "{scheme}");
    }
}

#[test]
fn no_window_is_too_narrow() {
    let mut browser = open("no_window_is_too_narrow");
    browser.value("document.querySelectorAll('details').forEach(it => { it.open = true; })");
    for window in [PHONE, Window(320, 640), Window(768, 1024), DESK, Window(2560, 1440)] {
        browser.resize(window);
        let (there, room) =
            (browser.number("document.documentElement.scrollWidth"), browser.number("innerWidth"));
        assert!(there <= room, "{there} in {room}");
    }
}

#[test]
fn without_the_script_everything_is_there() {
    let test = "without_the_script_everything_is_there";
    let path = page(&desk(test), "");
    let mut browser = Browser::open(&path, DESK, test);
    browser.ask("Emulation.setScriptExecutionDisabled", &serde_json::json!({"value": true}));
    browser.reload();
    // The protocol still looks at a page whose own script may not run.
    let document = browser.ask("DOM.getDocument", &serde_json::json!({"depth": 0}))["root"]["nodeId"].clone();
    let mut count = |selector: &str| {
        let found = browser
            .ask("DOM.querySelectorAll", &serde_json::json!({"nodeId": document, "selector": selector}));
        found["nodeIds"].as_array().unwrap().len()
    };
    assert_eq!(count("#list > details.incident:not([hidden])"), 34);
    assert_eq!((count("form[hidden]"), count("#theme[hidden]"), count("#bars a.bar")), (1, 1, 34));
}
