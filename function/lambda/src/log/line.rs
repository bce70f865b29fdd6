//! How a line is written: as tracing-subscriber writes JSON, and, where it has metrics among its members, with the
//! metadata by which CloudWatch finds them. Fields of `tracing` are numbers and texts; the metadata is an object.

use std::fmt;

use jiff::Timestamp;
use serde_json::{Map, Value};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::{Format, Json, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::metric::{METRICS, embed};

/// Writes lines.
pub(super) struct Line {
    json: Format<Json>,
    /// Whose metrics they are: nobody's, and then no metrics, outside Lambda.
    function: Option<String>,
}

impl Line {
    pub(super) fn of(function: Option<String>) -> Self {
        let json = tracing_subscriber::fmt::format().json().flatten_event(true);
        Self { json: json.with_current_span(true).with_span_list(false), function }
    }
}

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
    N: for<'writer> FormatFields<'writer> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let fields = event.metadata().fields();
        let may_have_metrics = METRICS.iter().any(|metric| fields.field(metric.name).is_some());
        let Some(function) = self.function.as_deref().filter(|_| may_have_metrics) else {
            return self.json.format_event(context, writer, event);
        };
        let mut line = String::new();
        self.json.format_event(context, Writer::new(&mut line), event)?;
        match with_metrics(&line, function) {
            Some(line) => writeln!(writer, "{line}"),
            None => writer.write_str(&line),
        }
    }
}

/// `line` with the metadata of its metrics; `None` where it is no line, which none is.
fn with_metrics(line: &str, function: &str) -> Option<String> {
    let mut line: Map<String, Value> = serde_json::from_str(line).ok()?;
    let instant: Timestamp = line.get("timestamp")?.as_str()?.parse().ok()?;
    embed(&mut line, function, instant);
    serde_json::to_string(&line).ok()
}
