//! Chromium without a window, driven by the `DevTools` protocol over a pipe: no port, no library, no download.
//!
//! Whatever the page asks of the network, says on the console or throws is kept, so that each test can say that there was
//! nothing.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
/// Chromium reads commands from the file descriptor 3 and answers on 4; a parent can set no more than 0 to 2.
const PIPES: &str = r#"exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null 2>&1"#;
const FLAGS: [&str; 11] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
];
/// How long an answer may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);

/// A browser with one page.
pub(crate) struct Browser {
    child: Child,
    commands: ChildStdin,
    messages: Receiver<Value>,
    profile: PathBuf,
    session: Option<String>,
    last: u64,
    events: Vec<Value>,
}

/// How wide and high a window is, in CSS pixels.
#[derive(Clone, Copy)]
pub(crate) struct Window(pub(crate) u32, pub(crate) u32);

pub(crate) const DESK: Window = Window(1600, 1100);
pub(crate) const PHONE: Window = Window(375, 800);

impl Browser {
    /// Opens the file at `path`, and waits until it is loaded. `test` names a folder of its own.
    pub(crate) fn open(path: &Path, window: Window, test: &str) -> Self {
        let mut browser = Self::start(test);
        let target = browser.ask("Target.createTarget", &json!({"url": "about:blank"}))["targetId"].clone();
        let attached = browser.ask("Target.attachToTarget", &json!({"targetId": target, "flatten": true}));
        browser.session = Some(attached["sessionId"].as_str().unwrap().to_owned());
        for domain in ["Page", "Runtime", "Network", "Log"] {
            browser.ask(&format!("{domain}.enable"), &json!({}));
        }
        browser.resize(window);
        browser.ask("Page.navigate", &json!({"url": format!("file://{}", path.display())}));
        browser.wait("Page.loadEventFired");
        browser
    }

    fn start(test: &str) -> Self {
        let profile = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("browser-{test}"));
        // It is there only if the test ran before.
        let _ = fs::remove_dir_all(&profile);
        let mut command = Command::new("sh");
        command.args(["-c", PIPES]).arg(program()).args(FLAGS);
        command.arg(format!("--user-data-dir={}", profile.display()));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (commands, answers) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (sender, messages) = channel();
        // It ends with the browser.
        thread::spawn(move || {
            for message in BufReader::new(answers).split(0).map_while(Result::ok) {
                if sender.send(serde_json::from_slice(&message).unwrap()).is_err() {
                    break;
                }
            }
        });
        Self { child, commands, messages, profile, session: None, last: 0, events: Vec::new() }
    }

    /// Loads the page again.
    pub(crate) fn reload(&mut self) {
        self.events.clear();
        self.ask("Page.reload", &json!({}));
        self.wait("Page.loadEventFired");
    }

    pub(crate) fn resize(&mut self, Window(width, height): Window) {
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.ask("Emulation.setDeviceMetricsOverride", &metrics);
    }

    /// The value of a JavaScript expression in the page.
    pub(crate) fn value(&mut self, expression: &str) -> Value {
        let parameters = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let answer = self.ask("Runtime.evaluate", &parameters);
        assert!(answer["exceptionDetails"].is_null(), "{expression}: {answer}");
        answer["result"]["value"].clone()
    }

    pub(crate) fn text(&mut self, expression: &str) -> String {
        self.value(expression).as_str().unwrap_or_else(|| panic!("{expression} is no text")).to_owned()
    }

    pub(crate) fn number(&mut self, expression: &str) -> f64 {
        self.value(expression).as_f64().unwrap_or_else(|| panic!("{expression} is no number"))
    }

    pub(crate) fn holds(&mut self, expression: &str) -> bool {
        self.value(expression).as_bool().unwrap_or_else(|| panic!("{expression} is neither true nor false"))
    }

    /// Presses the mouse in the middle of the first element that `selector` finds.
    pub(crate) fn click(&mut self, selector: &str) {
        // What comes into view is laid out only then, and moves the rest.
        let place = self.value(&format!(
            "(async () => {{ const it = document.querySelector({}); \
             it.scrollIntoView({{block: 'center', behavior: 'instant'}}); \
             for (let n = 0; n < 3; n++) await new Promise((done) => requestAnimationFrame(done)); \
             const {{x, y, width, height}} = it.getBoundingClientRect(); const at = [x + width / 2, y + height / 2]; \
             return it.contains(document.elementFromPoint(...at)) ? at : null; }})()",
            json!(selector)
        ));
        assert!(place.is_array(), "{selector} is not where it can be clicked");
        for kind in ["mouseMoved", "mousePressed", "mouseReleased"] {
            let button = if kind == "mouseMoved" { "none" } else { "left" };
            let mouse =
                json!({"type": kind, "x": place[0], "y": place[1], "button": button, "clickCount": 1});
            self.ask("Input.dispatchMouseEvent", &mouse);
        }
    }

    /// Presses a key: a character, or a name such as `Tab`.
    pub(crate) fn press(&mut self, key: &str) {
        let code = match key {
            "Tab" => 9,
            "Enter" => 13,
            "End" => 35,
            "ArrowRight" => 39,
            _ => 0,
        };
        let text = match key {
            "Enter" => Some("\r"),
            key if key.chars().count() == 1 => Some(key),
            _ => None,
        };
        let mut down = json!({"type": "keyDown", "key": key, "windowsVirtualKeyCode": code});
        if let Some(text) = text {
            down["text"] = json!(text);
        }
        self.ask("Input.dispatchKeyEvent", &down);
        self.ask(
            "Input.dispatchKeyEvent",
            &json!({"type": "keyUp", "key": key, "windowsVirtualKeyCode": code}),
        );
    }

    /// Types `text` where the focus is.
    pub(crate) fn enter(&mut self, text: &str) {
        text.chars().for_each(|c| self.press(&c.to_string()));
    }

    /// Chooses the option of a filter whose words begin so.
    pub(crate) fn choose(&mut self, filter: &str, words: &str) {
        let chosen = self.holds(&format!(
            "(() => {{ const it = document.querySelector('select[name={filter}]'); \
             const option = [...it.options].find(option => option.text.startsWith({})); if (!option) return false; \
             it.value = option.value; it.dispatchEvent(new Event('input', {{bubbles: true}})); return true; }})()",
            json!(words)
        ));
        assert!(chosen, "{filter} has no {words}");
    }

    pub(crate) fn prefer(&mut self, scheme: &str) {
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.ask("Emulation.setEmulatedMedia", &features);
    }

    /// The page as PDF, in Base64.
    pub(crate) fn print(&mut self) -> String {
        let pdf = self.ask("Page.printToPDF", &json!({"printBackground": true, "preferCSSPageSize": true}));
        pdf["data"].as_str().unwrap().to_owned()
    }

    /// What the browser was told to do for the page beyond showing it: requests but for the file itself, errors, warnings,
    /// dialogs.
    pub(crate) fn complaints(&mut self) -> Vec<String> {
        // Whatever was sent before this is answered comes before its answer.
        self.value("1");
        let is_page = |event: &Value| {
            let url = event["params"]["request"]["url"].as_str().unwrap_or_default();
            event["params"]["type"] == "Document" && url.starts_with("file://")
        };
        // The browser's own signs in its fields, which no page names: `markup.rs` says that this one names none.
        let is_own = |event: &Value| {
            event["params"]["request"]["url"].as_str().is_some_and(|url| url.starts_with("data:"))
        };
        let is_told = |event: &&Value| match event["method"].as_str().unwrap_or_default() {
            "Network.requestWillBeSent" => !is_page(event) && !is_own(event),
            "Log.entryAdded"
            | "Runtime.exceptionThrown"
            | "Runtime.consoleAPICalled"
            | "Page.javascriptDialogOpening"
            | "Page.windowOpen"
            | "Network.webSocketCreated" => true,
            _ => false,
        };
        self.events.iter().filter(is_told).map(Value::to_string).collect()
    }

    /// Sends a command, and waits for its answer.
    pub(crate) fn ask(&mut self, method: &str, parameters: &Value) -> Value {
        self.last += 1;
        let mut command = json!({"id": self.last, "method": method, "params": parameters});
        if let Some(session) = &self.session {
            command["sessionId"] = json!(session);
        }
        self.commands.write_all(format!("{command}\0").as_bytes()).unwrap();
        self.commands.flush().unwrap();
        loop {
            let message = self.next(method);
            if message["id"] == self.last {
                assert!(message["error"].is_null(), "{method}: {message}");
                return message["result"].clone();
            }
            self.events.push(message);
        }
    }

    fn wait(&mut self, event: &str) {
        while !self.events.iter().any(|it| it["method"] == event) {
            let message = self.next(event);
            self.events.push(message);
        }
    }

    fn next(&self, what: &str) -> Value {
        self.messages.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("the browser does not answer: {what}"))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // A test that fails must not leave it behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.profile);
    }
}

/// The first Chromium in the search path.
#[expect(
    clippy::disallowed_methods,
    reason = "where programs are is a setting of the machine, not of the command"
)]
fn program() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = std::env::split_paths(&path).collect();
    let places = NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    places.into_iter().find(|place| place.is_file()).expect(
        "these tests drive a real browser, and there is no Chromium in the search path: install one \
         (on Debian: apt-get install chromium)",
    )
}
