//! The path of a connection: the sender, every checkpoint with what it says, and the receiver.
//!
//! It is drawn twice: from left to right where there is room, from top to bottom where there is not; the style sheet shows one.
//! Colours and symbols both tell the verdict.

use maud::{Markup, html};
use portreeve::explain::Verdict;

use super::cut;

/// What the picture shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Drawn {
    /// Who opens the connection, and who takes it.
    pub(crate) ends: [EndOf; 2],
    /// The checkpoints on the way, in order.
    pub(crate) there: Vec<Stop>,
    /// Those that replies meet.
    pub(crate) back: Vec<Stop>,
    /// What holds for all of it.
    pub(crate) verdict: Verdict,
}

/// One end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EndOf {
    /// Its name.
    pub(crate) name: String,
    /// Its address.
    pub(crate) address: String,
    /// The network that it is in.
    pub(crate) site: String,
}

/// One checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stop {
    /// `Security group`.
    pub(crate) layer: String,
    /// `out` or `in`.
    pub(crate) way: &'static str,
    /// The object at which it stands.
    pub(crate) at: String,
    /// What it says.
    pub(crate) verdict: Verdict,
    /// Whether it stands on the sender's side.
    pub(crate) near: bool,
}

/// How a verdict is marked: a class of the style sheet, and the strokes of a symbol around its middle.
pub(crate) fn mark(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Allowed => ("passes", "M-6 0 L-2 5 L6 -5"),
        Verdict::Denied => ("stops", "M-5 -5 L5 5 M5 -5 L-5 5"),
        Verdict::Partly => ("partly", "M-6 0 H6 M0 -6 V0"),
        Verdict::Unknown => ("unclear", "M-4 -3 A4 4 0 1 1 1 2 L0 4 M0 7 V8"),
    }
}

/// A symbol in a circle.
pub(crate) fn symbol(verdict: Verdict, x: i32, y: i32) -> Markup {
    let (class, strokes) = mark(verdict);
    html! {
        g class={ "symbol " (class) } transform={ "translate(" (x) " " (y) ")" } {
            circle r="11" {}
            path d=(strokes) {}
        }
    }
}

/// The symbol of a verdict by itself, beside words that say the same.
pub(crate) fn badge(verdict: Verdict) -> Markup {
    html! {
        svg.badge viewBox="-12 -12 24 24" width="24" height="24" aria-hidden="true" focusable="false" {
            (symbol(verdict, 0, 0))
        }
    }
}

/// Where things stand in one of the two drawings.
struct Layout {
    width: i32,
    height: i32,
    /// The size of a box.
    size: (i32, i32),
    /// The places of the boxes: the sender, the checkpoints, the receiver.
    there: Vec<(i32, i32)>,
    back: Vec<(i32, i32)>,
    upright: bool,
}

/// Space between boxes.
const GAP: i32 = 26;
/// The width of the wide drawing, and of the upright one.
const WIDE: i32 = 1160;
const NARROW: i32 = 330;

impl Layout {
    fn wide(drawn: &Drawn) -> Self {
        let boxes = count(drawn.there.len() + 2);
        let wide = ((WIDE - GAP * (boxes - 1) - 24) / boxes).min(190);
        let step = wide + GAP;
        let left = (WIDE - (step * boxes - GAP)) / 2;
        let there = (0..boxes).map(|at| (left + at * step, 34)).collect();
        // Replies go back from the receiver, so the first of them stands on the right.
        let replies = count(drawn.back.len());
        let span = boxes - 1;
        let back = (0..replies).map(|at| {
            let along = span * step * (at + 1) / (replies + 1);
            (left + span * step - along, 172)
        });
        let height = if replies > 0 { 276 } else { 150 };
        Self { width: WIDE, height, size: (wide, 92), there, back: back.collect(), upright: false }
    }

    fn upright(drawn: &Drawn) -> Self {
        let (boxes, replies) = (count(drawn.there.len() + 2), count(drawn.back.len()));
        let step = 58 + GAP;
        let there: Vec<_> = (0..boxes).map(|at| (6, 24 + at * step)).collect();
        let top = 24 + boxes * step + 22;
        let back: Vec<_> = (0..replies).map(|at| (6, top + at * step)).collect();
        let rows = boxes + replies;
        let height = 24 + rows * step + if replies > 0 { 22 } else { 0 };
        Self { width: NARROW, height, size: (NARROW - 12, 58), there, back, upright: true }
    }
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// Draws a path.
pub(crate) fn path(drawn: &Drawn) -> Markup {
    let words = in_words(drawn);
    html! {
        div.path {
            (drawing(drawn, &Layout::wide(drawn), &words, "roomy"))
            (drawing(drawn, &Layout::upright(drawn), &words, "close"))
        }
    }
}

/// The picture in words.
pub(crate) fn in_words(drawn: &Drawn) -> String {
    let [from, to] = &drawn.ends;
    let stops = |stops: &[Stop]| {
        let each = stops
            .iter()
            .map(|stop| format!("{} {} at {}: {}", stop.layer, stop.way, stop.at, stop.verdict.as_str()));
        each.collect::<Vec<_>>().join("; ")
    };
    let mut words = format!(
        "From {} {} to {} {}: {}.",
        from.name,
        from.address,
        to.name,
        to.address,
        drawn.verdict.as_str()
    );
    if !drawn.there.is_empty() {
        words = format!("{words} On the way: {}.", stops(&drawn.there));
    }
    if !drawn.back.is_empty() {
        words = format!("{words} Replies: {}.", stops(&drawn.back));
    }
    words
}

fn drawing(drawn: &Drawn, layout: &Layout, words: &str, class: &str) -> Markup {
    let places = &layout.there;
    let last = places.len().saturating_sub(1);
    html! {
        svg class=(class) role="img" aria-label=(words) viewBox={ "0 0 " (layout.width) " " (layout.height) }
            width=(layout.width) height=(layout.height) {
            @if !layout.upright { (sites(drawn, layout)) }
            (ways(drawn, layout))
            @for (at, place) in places.iter().enumerate() {
                @if at == 0 { (end(&drawn.ends[0], *place, layout)) }
                @else if at == last { (end(&drawn.ends[1], *place, layout)) }
                @else if let Some(stop) = drawn.there.get(at - 1) { (stop_box(stop, *place, layout)) }
            }
            @if let (true, Some((x, y))) = (layout.upright, layout.back.first()) {
                text.faint x=(x) y=(y - 10) { "Replies, which stateless filters see apart" }
            }
            @for (stop, place) in drawn.back.iter().zip(&layout.back) { (stop_box(stop, *place, layout)) }
        }
    }
}

/// The networks of the two ends, behind what stands in them.
fn sites(drawn: &Drawn, layout: &Layout) -> Markup {
    let [from, to] = &drawn.ends;
    if from.site == to.site {
        let (Some(first), Some(last)) = (layout.there.first(), layout.there.last()) else { return html! {} };
        return site(&from.site, first.0, last.0 + layout.size.0, layout);
    }
    let near = drawn.there.iter().take_while(|stop| stop.near).count();
    let parts = [(&from.site, 0, near), (&to.site, near + 1, drawn.there.len() + 1)];
    html! {
        @for (name, first, last) in parts {
            @if let (Some(first), Some(last)) = (layout.there.get(first), layout.there.get(last)) {
                (site(name, first.0, last.0 + layout.size.0, layout))
            }
        }
    }
}

fn site(name: &str, left: i32, right: i32, layout: &Layout) -> Markup {
    let room = usize::try_from((right - left) / 7).unwrap_or(0);
    html! {
        rect.site x=(left - 10) y="4" width=(right - left + 20) height=(layout.size.1 + 50) rx="8" {}
        text.faint x=(left - 2) y="22" { (cut(name, room)) }
    }
}

/// The lines from box to box: behind the first that stops it, they are broken.
fn ways(drawn: &Drawn, layout: &Layout) -> Markup {
    let (wide, high) = layout.size;
    let mut broken = false;
    let mut lines = Vec::new();
    let pairs = layout.there.iter().zip(layout.there.iter().skip(1)).enumerate();
    for (at, (from, to)) in pairs {
        let before = at.checked_sub(1).and_then(|at| drawn.there.get(at));
        broken |= before.is_some_and(|stop| stop.verdict == Verdict::Denied);
        lines.push((between(*from, *to, layout), broken));
    }
    let mut replies = Vec::new();
    if let (Some(receiver), Some(sender)) = (layout.there.last(), layout.there.first())
        && !layout.back.is_empty()
        && !layout.upright
    {
        let middle = |place: &(i32, i32)| place.0 + wide / 2;
        let level = layout.back.first().map_or(0, |place| place.1 + high / 2);
        replies.push(format!(
            "M{} {} V{level} H{} V{}",
            middle(receiver),
            receiver.1 + high,
            middle(sender),
            sender.1 + high + 7
        ));
    }
    if layout.upright {
        let pairs = layout.back.iter().zip(layout.back.iter().skip(1));
        replies.extend(pairs.map(|(from, to)| between(*from, *to, layout)));
    }
    html! {
        @for (line, broken) in &lines { path.way.broken[*broken] d=(line) {} }
        @for line in &replies { path.way.reply d=(line) {} }
    }
}

/// A line between two boxes, with its head.
fn between(from: (i32, i32), to: (i32, i32), layout: &Layout) -> String {
    let (wide, high) = layout.size;
    if layout.upright {
        let (x, top, end) = (from.0 + wide / 2, from.1 + high, to.1 - 3);
        format!("M{x} {top} V{end} M{} {} L{x} {end} L{} {}", x - 5, end - 6, x + 5, end - 6)
    } else {
        let (y, start, end) = (from.1 + high / 2, from.0 + wide, to.0 - 3);
        format!("M{start} {y} H{end} M{} {} L{end} {y} L{} {}", end - 6, y - 5, end - 6, y + 5)
    }
}

fn end(end: &EndOf, (x, y): (i32, i32), layout: &Layout) -> Markup {
    let (wide, high) = layout.size;
    let room = usize::try_from((wide - 16) / 7).unwrap_or(0);
    let middle = y + high / 2;
    html! {
        g.end {
            title { (end.name) " " (end.address) ", " (end.site) }
            rect x=(x) y=(y) width=(wide) height=(high) rx=(high / 2) {}
            text.strong x=(x + wide / 2) y=(middle - if layout.upright { 12 } else { 4 }) text-anchor="middle" { (cut(&end.name, room)) }
            text x=(x + wide / 2) y=(middle + if layout.upright { 4 } else { 14 }) text-anchor="middle" { (cut(&end.address, room)) }
            @if layout.upright {
                text.faint x=(x + wide / 2) y=(middle + 20) text-anchor="middle" { (cut(&end.site, room)) }
            }
        }
    }
}

fn stop_box(stop: &Stop, (x, y): (i32, i32), layout: &Layout) -> Markup {
    let (wide, high) = layout.size;
    let (class, _) = mark(stop.verdict);
    let room = usize::try_from((wide - 14) / 7).unwrap_or(0);
    html! {
        g class={ "stop " (class) } {
            title { (stop.layer) " " (stop.way) " at " (stop.at) ": " (stop.verdict.as_str()) }
            rect x=(x) y=(y) width=(wide) height=(high) rx="6" {}
            @if layout.upright {
                (symbol(stop.verdict, x + 22, y + high / 2))
                text.strong x=(x + 44) y=(y + 24) { (stop.layer) " " (stop.way) ": " (stop.verdict.as_str()) }
                text.faint x=(x + 44) y=(y + 43) { (cut(&stop.at, 38)) }
            } @else {
                (symbol(stop.verdict, x + 20, y + 22))
                text.strong x=(x + 38) y=(y + 27) { (stop.verdict.as_str()) }
                text x=(x + 9) y=(y + 56) { (cut(&format!("{} {}", stop.layer, stop.way), room)) }
                text.faint x=(x + 9) y=(y + 76) { (cut(&stop.at, room)) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stop(verdict: Verdict, near: bool) -> Stop {
        Stop { layer: "Security group".to_owned(), way: "in", at: "eni-1".to_owned(), verdict, near }
    }

    fn drawn() -> Drawn {
        let end = |name: &str, site: &str| EndOf {
            name: name.to_owned(),
            address: "192.0.2.1".to_owned(),
            site: site.to_owned(),
        };
        Drawn {
            ends: [end("a<b>", "left"), end("b", "right")],
            there: vec![
                stop(Verdict::Allowed, true),
                stop(Verdict::Denied, false),
                stop(Verdict::Allowed, false),
            ],
            back: vec![stop(Verdict::Unknown, false)],
            verdict: Verdict::Denied,
        }
    }

    #[test]
    fn every_checkpoint_is_drawn_and_told() {
        let picture = path(&drawn()).into_string();
        // Each of the two drawings has all four.
        assert_eq!(picture.matches("class=\"stop ").count(), 8, "{picture}");
        assert!(picture.contains("a&lt;b&gt;") && !picture.contains("a<b>"), "{picture}");
        let words = in_words(&drawn());
        assert!(words.contains("Security group in at eni-1: denied"), "{words}");
        assert!(words.contains("Replies: Security group in at eni-1: unknown"), "{words}");
    }

    #[test]
    fn the_way_is_broken_behind_what_stops_it() {
        // Sender to first, first to second: whole. Second to third, third to receiver: broken; in both drawings.
        assert_eq!(path(&drawn()).into_string().matches("way broken").count(), 4);
    }

    #[test]
    fn boxes_do_not_overlap_however_many_there_are() {
        let mut drawn = drawn();
        for stops in 0..12 {
            drawn.there = vec![stop(Verdict::Allowed, true); stops];
            drawn.back = vec![stop(Verdict::Allowed, true); stops / 3];
            for layout in [Layout::wide(&drawn), Layout::upright(&drawn)] {
                for row in [&layout.there, &layout.back] {
                    for (one, other) in row.iter().zip(row.iter().skip(1)) {
                        let apart = (one.0 - other.0).abs() >= layout.size.0
                            || (one.1 - other.1).abs() >= layout.size.1;
                        assert!(apart, "{stops}: {row:?}");
                    }
                    for (x, y) in row {
                        assert!(*x >= 0 && x + layout.size.0 <= layout.width, "{stops}: {row:?}");
                        assert!(y + layout.size.1 <= layout.height, "{stops}: {row:?}");
                    }
                }
            }
        }
    }
}
