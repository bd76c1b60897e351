//! The map: boxes in columns, the internet on the left, and lines between them.

use std::cmp::Ordering;

use maud::{Markup, html};

use super::cut;

/// A box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    /// The column, from the left.
    pub(crate) column: usize,
    /// Under which heading of its column it stands: its network.
    pub(crate) under: String,
    pub(crate) name: String,
    /// The second line.
    pub(crate) more: String,
    /// Where it leads.
    pub(crate) link: Option<String>,
    pub(crate) kind: Kind,
}

/// How a box looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Internet,
    Network,
    Open,
    Class,
}

/// A line between two boxes, by their places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edge {
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// What passes, short.
    pub(crate) label: String,
    /// The whole of it.
    pub(crate) words: String,
    /// Whether it comes from the internet.
    pub(crate) outside: bool,
}

const WIDTH: i32 = 1160;
const BOX: (i32, i32) = (186, 44);
const ROW: i32 = 54;
const HEADING: i32 = 22;
const TOP: i32 = 40;
/// So many lines are labelled; more labels would hide each other.
const LABELLED: usize = 24;

/// Where every box stands: its left upper corner; and the headings with their places; and the height.
struct Layout {
    boxes: Vec<(i32, i32)>,
    headings: Vec<(i32, i32, String)>,
    columns: Vec<(i32, usize)>,
    height: i32,
}

impl Layout {
    /// Columns that are empty take no room; boxes of one network stand together.
    fn of(nodes: &[Node]) -> Self {
        let mut used: Vec<usize> = nodes.iter().map(|node| node.column).collect();
        used.sort_unstable();
        used.dedup();
        let number = i32::try_from(used.len()).unwrap_or(1).max(1);
        let step = ((WIDTH - BOX.0 - 8) / (number - 1).max(1)).min(320);
        let mut layout = Self {
            boxes: vec![(0, 0); nodes.len()],
            headings: Vec::new(),
            columns: Vec::new(),
            height: TOP + ROW,
        };
        for (place, column) in (0_i32..).zip(&used) {
            let x = 4 + place * step;
            layout.columns.push((x, *column));
            layout.fill(nodes, *column, x);
        }
        // The internet stands in the middle of what it reaches.
        let middle = (layout.height - TOP) / 2 + TOP - BOX.1 / 2;
        for (node, place) in
            nodes.iter().zip(&mut layout.boxes).filter(|(node, _)| node.kind == Kind::Internet)
        {
            place.1 = if node.column == 0 { middle } else { place.1 };
        }
        layout
    }

    fn fill(&mut self, nodes: &[Node], column: usize, x: i32) {
        let mut own: Vec<(usize, &Node)> =
            nodes.iter().enumerate().filter(|(_, node)| node.column == column).collect();
        own.sort_by(|(_, one), (_, other)| one.under.cmp(&other.under));
        let mut y = TOP;
        let mut under: Option<&str> = None;
        for (at, node) in own {
            if under != Some(&node.under) && !node.under.is_empty() {
                y += if under.is_some() { 8 } else { 0 };
                self.headings.push((x, y + 12, node.under.clone()));
                y += HEADING;
                under = Some(&node.under);
            }
            if let Some(place) = self.boxes.get_mut(at) {
                *place = (x, y);
            }
            y += ROW;
        }
        self.height = self.height.max(y + 6);
    }
}

/// Draws the map. `titles` name the columns.
pub(crate) fn map(nodes: &[Node], edges: &[Edge], titles: &[&str]) -> Markup {
    let layout = Layout::of(nodes);
    let words = format!(
        "{} boxes and {} lines between them; the table below says the same in words",
        nodes.len(),
        edges.len()
    );
    html! {
        svg.map role="group" aria-label=(words) viewBox={ "0 0 " (WIDTH) " " (layout.height) } width=(WIDTH) height=(layout.height) {
            @for (x, column) in &layout.columns {
                text.strong x=(*x) y="18" { (titles.get(*column).copied().unwrap_or_default()) }
            }
            @for (x, y, text) in &layout.headings { text.faint x=(*x) y=(*y) { (cut(text, 28)) } }
            @for edge in edges { (line(edge, &layout)) }
            @if edges.len() <= LABELLED { @for (edge, place) in edges.iter().zip(labels(edges, &layout)) { text.port.outside[edge.outside] x=(place.0) y=(place.1) text-anchor="end" { (cut(&edge.label, 20)) } } }
            @for (node, place) in nodes.iter().zip(&layout.boxes) { (boxed(node, *place)) }
        }
    }
}

/// The two ends of a line.
fn ends(edge: &Edge, layout: &Layout) -> Option<[(i32, i32); 2]> {
    let (from, to) = (layout.boxes.get(edge.from)?, layout.boxes.get(edge.to)?);
    let middle = BOX.1 / 2;
    Some(match from.0.cmp(&to.0) {
        Ordering::Less => [(from.0 + BOX.0, from.1 + middle), (to.0 - 2, to.1 + middle)],
        Ordering::Greater => [(from.0, from.1 + middle + 8), (to.0 + BOX.0 + 2, to.1 + middle + 8)],
        Ordering::Equal => [(from.0 + BOX.0, from.1 + middle), (to.0 + BOX.0 + 2, to.1 + middle)],
    })
}

fn line(edge: &Edge, layout: &Layout) -> Markup {
    let Some([from, to]) = ends(edge, layout) else { return html! {} };
    let same =
        layout.boxes.get(edge.from).map(|place| place.0) == layout.boxes.get(edge.to).map(|place| place.0);
    let forth = to.0 > from.0 && !same;
    let bend = if same { 46 } else { ((to.0 - from.0).abs() / 2).max(30) };
    let (out, back) = if same {
        (from.0 + bend, to.0 + bend)
    } else if forth {
        (from.0 + bend, to.0 - bend)
    } else {
        (from.0 - bend, to.0 + bend)
    };
    let head = if forth { -7 } else { 7 };
    html! {
        path.link.outside[edge.outside] d={
            "M" (from.0) " " (from.1) " C" (out) " " (from.1) " " (back) " " (to.1) " " (to.0) " " (to.1)
            " M" (to.0 + head) " " (to.1 - 4) " L" (to.0) " " (to.1) " L" (to.0 + head) " " (to.1 + 4)
        } { title { (edge.words) } }
    }
}

/// Where the labels stand: before the box that is reached, those of one box below each other.
fn labels(edges: &[Edge], layout: &Layout) -> Vec<(i32, i32)> {
    let mut seen: Vec<(i32, i32)> = Vec::new();
    edges
        .iter()
        .map(|edge| {
            let Some([from, to]) = ends(edge, layout) else { return (0, 0) };
            let x = if to.0 > from.0 { to.0 - 12 } else { to.0 + 96 };
            let mut place = (x, to.1 - 6);
            while seen.iter().any(|other| (other.0 - place.0).abs() < 90 && (other.1 - place.1).abs() < 12) {
                place.1 -= 12;
            }
            seen.push(place);
            place
        })
        .collect()
}

fn boxed(node: &Node, (x, y): (i32, i32)) -> Markup {
    let class = match node.kind {
        Kind::Internet => "node internet",
        Kind::Network => "node network",
        Kind::Open => "node open",
        Kind::Class => "node",
    };
    let inner = html! {
        title { (node.name) ": " (node.more) }
        rect x=(x) y=(y) width=(BOX.0) height=(BOX.1) rx=(if node.kind == Kind::Internet { 22 } else { 6 }) {}
        text.strong x=(x + BOX.0 / 2) y=(y + 19) text-anchor="middle" { (cut(&node.name, 24)) }
        text.faint x=(x + BOX.0 / 2) y=(y + 35) text-anchor="middle" { (cut(&node.more, 29)) }
    };
    html! {
        @match &node.link {
            Some(link) => { a class=(class) href=(link) { (inner) } }
            None => { g class=(class) { (inner) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(column: usize, under: &str, kind: Kind) -> Node {
        Node {
            column,
            under: under.to_owned(),
            name: "<b>".to_owned(),
            more: "1".to_owned(),
            link: None,
            kind,
        }
    }

    #[test]
    fn boxes_stand_apart_and_inside_the_picture() {
        let mut nodes = vec![node(0, "", Kind::Internet)];
        for at in 0..60 {
            nodes.push(node(1 + at % 4, if at % 3 == 0 { "a" } else { "b" }, Kind::Class));
        }
        let layout = Layout::of(&nodes);
        for (at, one) in layout.boxes.iter().enumerate() {
            assert!(one.0 >= 0 && one.0 + BOX.0 <= WIDTH && one.1 + BOX.1 <= layout.height, "{one:?}");
            for other in layout.boxes.iter().skip(at + 1) {
                let apart = (one.0 - other.0).abs() >= BOX.0 || (one.1 - other.1).abs() >= BOX.1;
                assert!(apart, "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn an_empty_column_takes_no_room_and_names_are_defused() {
        let nodes = [node(0, "", Kind::Internet), node(4, "a", Kind::Class)];
        assert_eq!(Layout::of(&nodes).columns.len(), 2);
        let edges = [Edge { from: 0, to: 1, label: "443".to_owned(), words: "w".to_owned(), outside: true }];
        let drawn = map(&nodes, &edges, &["Internet", "", "", "", "Apart"]).into_string();
        assert!(drawn.contains("&lt;b&gt;") && !drawn.contains("<b>"), "{drawn}");
        assert_eq!(drawn.matches("class=\"link outside\"").count(), 1);
    }
}
