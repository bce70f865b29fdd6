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
    current: Option<Running>,
}

#[derive(Debug)]
struct Running {
    bar: ProgressBar,
    since: Instant,
}

impl Progress {
    /// Starts on reading `bytes` of files.
    pub(crate) fn read(&mut self, bytes: u64) {
        self.start(bytes, "{prefix} {wide_bar} {bytes}/{total_bytes} {eta}", "reading ");
    }

    /// Starts on handling `events`. Shows nothing where the story itself is being told on the same terminal.
    pub(crate) fn handle(&mut self, events: usize) {
        if std::io::stdout().is_terminal() {
            self.finish();
        } else {
            let events = u64::try_from(events).unwrap_or(u64::MAX);
            self.start(events, "{prefix} {wide_bar} {human_pos}/{human_len} {eta}", "handling");
        }
    }

    /// `amount` more is done.
    pub(crate) fn advance(&self, amount: u64) {
        let Some(Running { bar, since }) = &self.current else { return };
        bar.inc(amount);
        if bar.is_hidden() && since.elapsed() > PATIENCE {
            bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    /// It is done: the bar goes.
    pub(crate) fn finish(&mut self) {
        if let Some(Running { bar, since: _ }) = self.current.take() {
            bar.finish_and_clear();
        }
    }

    /// Runs `write`, which writes to the terminal, with the bar out of the way.
    pub(crate) fn suspend(&self, write: impl FnOnce()) {
        match &self.current {
            Some(Running { bar, since: _ }) => bar.suspend(write),
            None => write(),
        }
    }

    fn start(&mut self, length: u64, template: &str, prefix: &'static str) {
        self.finish();
        if !std::io::stderr().is_terminal() {
            return;
        }
        let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style);
        bar.set_prefix(prefix);
        self.current = Some(Running { bar, since: Instant::now() });
    }
}
