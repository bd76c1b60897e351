//! A progress bar for loads that take longer than half a second.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use portreeve::load::Progress;

/// How long a load may take before a bar is shown.
const PATIENCE: Duration = Duration::from_millis(500);

/// Shows how far reading has come, on standard error, if that is a terminal and the load takes long.
pub(crate) struct Bar {
    start: Instant,
    bar: OnceLock<ProgressBar>,
}

impl Bar {
    pub(crate) fn new() -> Self {
        Self { start: Instant::now(), bar: OnceLock::new() }
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Bar {
    fn advance(&self, done: u64, total: Option<u64>) {
        if self.start.elapsed() < PATIENCE {
            return;
        }
        let bar = self.bar.get_or_init(|| {
            let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr());
            let style =
                ProgressStyle::with_template("reading {bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        bar.set_position(done);
    }
}
