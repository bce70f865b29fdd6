//! How far a long replay has come: a bar on the standard error, if that is a terminal, and only once it has taken long
//! enough for somebody to wonder.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// What takes less is over before a bar could be read.
const PATIENCE: Duration = Duration::from_millis(500);

/// The bar of what is being done now, if something is.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    current: Counter,
}

/// Counts what is done, from any thread; a bar only where somebody sees it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counter(Option<Running>);

#[derive(Debug, Clone)]
struct Running {
    bar: ProgressBar,
    since: Instant,
}

impl Progress {
    /// Starts on reading `bytes` of files.
    pub(crate) fn read(&mut self, bytes: u64) -> Counter {
        self.start(bytes, "{prefix} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta} left", "reading ")
    }

    /// Starts on handling `events`. Shows nothing where the story itself is being told on the same terminal.
    pub(crate) fn handle(&mut self, events: usize) -> Counter {
        if std::io::stdout().is_terminal() {
            self.finish();
            return Counter::default();
        }
        let events = u64::try_from(events).unwrap_or(u64::MAX);
        self.start(events, "{prefix} {wide_bar} {human_pos}/{human_len} {per_sec} {eta} left", "handling")
    }

    /// It is done: the bar goes.
    pub(crate) fn finish(&mut self) {
        if let Counter(Some(Running { bar, since: _ })) = std::mem::take(&mut self.current) {
            bar.finish_and_clear();
        }
    }

    /// Runs `write`, which writes to the terminal, with the bar out of the way.
    pub(crate) fn suspend(&self, write: impl FnOnce()) {
        match &self.current {
            Counter(Some(Running { bar, since: _ })) => bar.suspend(write),
            Counter(None) => write(),
        }
    }

    fn start(&mut self, length: u64, template: &str, prefix: &'static str) -> Counter {
        self.finish();
        if !std::io::stderr().is_terminal() {
            return Counter::default();
        }
        let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style);
        bar.set_prefix(prefix);
        let counter = Counter(Some(Running { bar, since: Instant::now() }));
        self.current = counter.clone();
        counter
    }
}

impl Counter {
    /// `amount` more is done.
    pub(crate) fn advance(&self, amount: u64) {
        let Self(Some(Running { bar, since })) = self else { return };
        bar.inc(amount);
        if bar.is_hidden() && since.elapsed() > PATIENCE {
            bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }
}
