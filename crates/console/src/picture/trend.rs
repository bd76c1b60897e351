//! How findings grew and shrank, run by run: one stacked bar for each run, the worst risk at the bottom.

use maud::{Markup, html};

/// The findings of one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bar {
    /// What stands below it.
    pub(crate) label: String,
    /// Its name in full.
    pub(crate) name: String,
    /// Where it leads.
    pub(crate) link: String,
    /// Findings by risk, in the order of [`RISKS`].
    pub(crate) counts: [u64; 4],
}

/// The risks, the worst first; each is a class of the style sheet.
pub(crate) const RISKS: [&str; 4] = ["high", "medium", "low", "info"];

const WIDTH: u64 = 1160;
const HEIGHT: u64 = 240;
const LEFT: u64 = 56;
const TOP: u64 = 14;
const BOTTOM: u64 = 26;

/// The next round number that a scale can end with.
fn ceiling(most: u64) -> u64 {
    let mut power = 1;
    while power * 10 < most {
        power *= 10;
    }
    [1, 2, 5, 10].into_iter().map(|step| step * power).find(|top| *top >= most).unwrap_or(most).max(1)
}

/// Draws the bars, oldest first.
pub(crate) fn trend(bars: &[Bar]) -> Markup {
    let most = bars.iter().map(|bar| bar.counts.iter().sum::<u64>()).max().unwrap_or(0);
    let top = ceiling(most);
    let room = HEIGHT - TOP - BOTTOM;
    let number = u64::try_from(bars.len()).unwrap_or(1).max(1);
    let step = ((WIDTH - LEFT) / number).clamp(4, 64);
    let words = format!("Findings of {} runs by risk; the table below has the numbers", bars.len());
    html! {
        svg.trend role="group" aria-label=(words) viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } width=(WIDTH) height=(HEIGHT) {
            @for part in 0..=2_u64 {
                @let y = TOP + room - room * part / 2;
                line x1=(LEFT) x2=(WIDTH) y1=(y) y2=(y) {}
                text.faint x=(LEFT - 8) y=(y + 4) text-anchor="end" {
                    @if top.is_multiple_of(2) || part != 1 { (top * part / 2) }
                }
            }
            @for (at, bar) in (0_u64..).zip(bars) {
                a href=(bar.link) {
                    (drawn(bar, LEFT + at * step, step, top, room))
                }
            }
            @for (at, bar) in (0_u64..).zip(bars) {
                @if step >= 40 || at == 0 || at + 1 == number {
                    text.faint x=(LEFT + at * step + step / 2) y=(HEIGHT - 8) text-anchor=(if number > 20 && at + 1 == number { "end" } else if at == 0 && step < 40 { "start" } else { "middle" }) { (bar.label) }
                }
            }
        }
    }
}

fn drawn(bar: &Bar, x: u64, step: u64, top: u64, room: u64) -> Markup {
    let mut below = 0;
    let parts: Vec<(&str, u64, u64)> = RISKS
        .iter()
        .zip(bar.counts)
        .map(|(risk, count)| {
            let (from, to) = (room * below / top, room * (below + count) / top);
            below += count;
            (*risk, TOP + room - to, to - from)
        })
        .collect();
    let told: Vec<String> =
        RISKS.iter().zip(bar.counts).map(|(risk, count)| format!("{count} {risk}")).collect();
    html! {
        title { (bar.name) ": " (told.join(", ")) }
        rect.hit x=(x) y=(TOP) width=(step) height=(room) {}
        @for (risk, y, height) in parts {
            @if height > 0 { rect class={ "bar-" (risk) } x=(x + step / 8) y=(y) width=(step - step / 4) height=(height) {} }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_ends_with_a_round_number_above_all_bars() {
        for (most, top) in [(0, 1), (1, 1), (3, 5), (10, 10), (11, 20), (99, 100), (101, 200), (4_321, 5_000)]
        {
            assert_eq!(ceiling(most), top, "{most}");
        }
    }

    #[test]
    fn bars_stay_inside_whatever_their_number() {
        for number in [0, 1, 7, 60] {
            let bar = Bar {
                label: "1".to_owned(),
                name: "run".to_owned(),
                link: "/run/1".to_owned(),
                counts: [10, 20, 0, 5],
            };
            let drawn = trend(&vec![bar; number]).into_string();
            // Three risks have findings; the fourth has no rectangle.
            assert_eq!(drawn.matches("class=\"bar-").count(), 3 * number);
            for x in
                drawn.split(" x=\"").skip(1).filter_map(|rest| rest.split('"').next()?.parse::<u64>().ok())
            {
                assert!(x <= WIDTH, "{x} of {number}");
            }
        }
    }
}
