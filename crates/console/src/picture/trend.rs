//! How something grew and shrank, run by run: one stacked bar for each run, the first kind at the bottom, and a line over the bars.

use maud::{Markup, html};

/// What was counted of one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bar {
    /// What stands below it.
    pub(crate) label: String,
    /// Its name in full.
    pub(crate) name: String,
    /// Where it leads.
    pub(crate) link: String,
    /// How many there are of each kind of the picture. Nothing where it is not known: that is a gap, and no bar of height 0.
    pub(crate) counts: Option<Vec<u64>>,
    /// How high the line over the bars is.
    pub(crate) line: Option<u64>,
}

/// What a picture shows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown<'a> {
    /// What is counted, such as `Findings of 3 runs by risk`.
    pub(crate) words: &'a str,
    /// The parts of a bar, from the bottom: the class of the style sheet, and the word for people.
    pub(crate) kinds: &'a [(&'a str, &'a str)],
    /// What the line over the bars counts, if there is one.
    pub(crate) line: Option<&'a str>,
}

const WIDTH: u64 = 1160;
const HEIGHT: u64 = 240;
const LEFT: u64 = 56;
const TOP: u64 = 14;
const BOTTOM: u64 = 26;
/// How high the part for the bars is.
const ROOM: u64 = HEIGHT - TOP - BOTTOM;

/// The next round number that a scale can end with.
fn ceiling(most: u64) -> u64 {
    let mut power = 1;
    while power * 10 < most {
        power *= 10;
    }
    [1, 2, 5, 10].into_iter().map(|step| step * power).find(|top| *top >= most).unwrap_or(most).max(1)
}

impl Bar {
    /// How high it reaches.
    fn most(&self) -> u64 {
        let sum = self.counts.as_ref().map_or(0, |counts| counts.iter().sum::<u64>());
        sum.max(self.line.unwrap_or(0))
    }

    fn told(&self, shown: Shown<'_>) -> String {
        let Some(counts) = &self.counts else { return "not known".to_owned() };
        let each = shown.kinds.iter().zip(counts).map(|((_, word), count)| format!("{count} {word}"));
        let line = shown.line.zip(self.line).map(|(word, count)| format!("{count} {word}"));
        each.chain(line).collect::<Vec<_>>().join(", ")
    }
}

/// Draws the bars, oldest first.
pub(crate) fn trend(bars: &[Bar], shown: Shown<'_>) -> Markup {
    let top = ceiling(bars.iter().map(Bar::most).max().unwrap_or(0));
    let number = u64::try_from(bars.len()).unwrap_or(1).max(1);
    let step = ((WIDTH - LEFT) / number).clamp(4, 64);
    let words = format!("{}; the table below has the numbers", shown.words);
    html! {
        svg.trend role="group" aria-label=(words) viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } width=(WIDTH) height=(HEIGHT) {
            @for part in 0..=2_u64 {
                @let y = TOP + ROOM - ROOM * part / 2;
                line x1=(LEFT) x2=(WIDTH) y1=(y) y2=(y) {}
                text.faint x=(LEFT - 8) y=(y + 4) text-anchor="end" {
                    @if top.is_multiple_of(2) || part != 1 { (top * part / 2) }
                }
            }
            @for (at, bar) in (0_u64..).zip(bars) {
                a href=(bar.link) {
                    (drawn(bar, LEFT + at * step, step, top, shown))
                }
            }
            (lines(bars, step, top))
            @for (at, bar) in (0_u64..).zip(bars) {
                @if step >= 40 || at == 0 || at + 1 == number {
                    text.faint x=(LEFT + at * step + step / 2) y=(HEIGHT - 8) text-anchor=(if number > 20 && at + 1 == number { "end" } else if at == 0 && step < 40 { "start" } else { "middle" }) { (bar.label) }
                }
            }
        }
    }
}

fn drawn(bar: &Bar, x: u64, step: u64, top: u64, shown: Shown<'_>) -> Markup {
    let mut below = 0;
    let counts = bar.counts.as_deref().unwrap_or_default();
    let parts = shown.kinds.iter().zip(counts).map(|((class, _), count)| {
        let (from, to) = (ROOM * below / top, ROOM * (below + count) / top);
        below += count;
        (*class, TOP + ROOM - to, to - from)
    });
    let parts: Vec<(&str, u64, u64)> = parts.collect();
    let (left, width) = (x + step / 8, step - step / 4);
    html! {
        title { (bar.name) ": " (bar.told(shown)) }
        rect.hit x=(x) y=(TOP) width=(step) height=(ROOM) {}
        @if bar.counts.is_none() {
            rect.gap x=(left) y=(TOP) width=(width) height=(ROOM) {}
            @if step >= 16 { text.faint x=(x + step / 2) y=(TOP + ROOM / 2) text-anchor="middle" { "?" } }
        }
        @for (class, y, height) in parts {
            @if height > 0 { rect class={ "bar-" (class) } x=(left) y=(y) width=(width) height=(height) {} }
        }
    }
}

/// The line over the bars, in pieces where it is not known.
fn lines(bars: &[Bar], step: u64, top: u64) -> Markup {
    let points: Vec<Option<(u64, u64)>> = (0_u64..)
        .zip(bars)
        .map(|(at, bar)| Some((LEFT + at * step + step / 2, TOP + ROOM - ROOM * bar.line? / top)))
        .collect();
    let pieces = points.split(Option::is_none).filter(|piece| !piece.is_empty());
    let piece = |piece: &[Option<(u64, u64)>]| {
        let each = piece.iter().flatten().map(|(x, y)| format!("{x},{y}"));
        each.collect::<Vec<_>>().join(" ")
    };
    html! {
        @for points in pieces.map(piece) { polyline.over points=(points) {} }
        @for (x, y) in points.iter().flatten() { circle.over cx=(x) cy=(y) r="3" {} }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOWN: Shown<'_> = Shown {
        words: "Findings",
        kinds: &[("high", "high"), ("low", "low"), ("info", "info")],
        line: Some("addresses"),
    };

    fn bar(counts: Option<Vec<u64>>, line: Option<u64>) -> Bar {
        let (label, name) = ("1".to_owned(), "run".to_owned());
        Bar { label, name, link: "/run/1".to_owned(), counts, line }
    }

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
            let drawn = trend(&vec![bar(Some(vec![10, 20, 0]), Some(40)); number], SHOWN).into_string();
            // Two kinds are there; the third has no rectangle.
            assert_eq!(drawn.matches("class=\"bar-").count(), 2 * number);
            assert_eq!(drawn.matches("<polyline").count(), number.min(1));
            for x in
                drawn.split(" x=\"").skip(1).filter_map(|rest| rest.split('"').next()?.parse::<u64>().ok())
            {
                assert!(x <= WIDTH, "{x} of {number}");
            }
        }
    }

    #[test]
    fn what_is_not_known_is_a_gap_and_parts_the_line() {
        let known = || bar(Some(vec![1, 0, 0]), Some(2));
        let drawn = trend(&[known(), known(), bar(None, None), known()], SHOWN).into_string();
        assert_eq!(drawn.matches("class=\"gap\"").count(), 1);
        assert_eq!(drawn.matches("<polyline").count(), 2);
        assert!(drawn.contains("run: not known"), "{drawn}");
        assert!(drawn.contains("run: 1 high, 0 low, 0 info, 2 addresses"), "{drawn}");
        // None at all is known: it is told, and no gap.
        let none = trend(&[bar(Some(vec![0, 0, 0]), Some(0))], SHOWN).into_string();
        assert!(!none.contains("class=\"gap\"") && none.contains("run: 0 high"), "{none}");
    }
}
