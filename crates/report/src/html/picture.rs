//! Which ports are open to which addresses, as a small picture: ports from left to right, each twice as dense as those an
//! octave before, and addresses from top to bottom, those of IPv4 above and those of IPv6 below.

use std::collections::BTreeSet;

use maud::{Markup, html};
use portreeve_checks::{Certainty, Finding};
use portreeve_netset::protocol::{self, PortAxis};

/// Pixels for each octave of ports; there are sixteen.
const OCTAVE: u32 = 11;
const WIDTH: u32 = 16 * OCTAVE;
/// Pixels of the addresses of IPv4, and of those of IPv6.
const V4: u32 = 44;
const V6: u32 = 16;
/// Between the two, and to the left for their names.
const GAP: u32 = 4;
const LEFT: u32 = 28;
/// Rectangles that are drawn.
const MOST: usize = 80;
/// Ports that are named below, as far as there is room.
const NAMED: [u16; 4] = [22, 443, 3389, 65535];

/// A rectangle: left, top, width, height.
type Box = (u32, u32, u32, u32);

/// What a finding opens; nothing where it is not about ports.
pub fn picture(finding: &Finding) -> Markup {
    let boxes = boxes(finding);
    if boxes.is_empty() {
        return Markup::default();
    }
    let class = if finding.certainty == Certainty::Sure { "open" } else { "perhaps" };
    let (wide, high) = (LEFT + WIDTH + 16, V4 + GAP + V6 + 13);
    html! {
        svg.map viewBox={ "0 0 " (wide) " " (high) } width=(wide) height=(high) role="img"
            aria-label="Open ports, from left to right, to addresses, from top to bottom" {
            rect.space x=(LEFT) y="0" width=(WIDTH) height=(V4) {}
            rect.space x=(LEFT) y=(V4 + GAP) width=(WIDTH) height=(V6) {}
            text x="0" y=(V4 / 2 + 3) { "IPv4" }
            text x="0" y=(V4 + GAP + V6 / 2 + 3) { "IPv6" }
            @for port in NAMED {
                text x=(LEFT + across(port)) y=(high - 2) text-anchor="middle" { (port) }
            }
            @for (x, y, width, height) in boxes.iter().take(MOST) {
                rect class=(class) x=(x) y=(y) width=(width) height=(height) {}
            }
        }
    }
}

fn boxes(finding: &Finding) -> BTreeSet<Box> {
    let mut boxes = BTreeSet::new();
    let has_ports = |number: u8| protocol::port_axis(number) == PortAxis::Ports;
    for part in finding.traffic.iter().filter(|part| part.protocol.is_none_or(has_ports)) {
        for (first, last) in part.ports.intervals() {
            let (left, right) = (across(*first), across(*last));
            let x = (LEFT + left, (right - left).max(2));
            for (first, last) in part.peers.v4().intervals() {
                boxes.insert(stretch(x, 0, V4, (*first, *last)));
            }
            for (first, last) in part.peers.v6().intervals() {
                // The upper 32 bits tell more than a pixel can show.
                boxes.insert(stretch(x, V4 + GAP, V6, (upper(*first), upper(*last))));
            }
        }
    }
    boxes
}

fn upper(address: u128) -> u32 {
    u32::try_from(address >> 96).unwrap_or(u32::MAX)
}

/// Addresses on a scale of so many pixels, at least one of them.
fn stretch((x, width): (u32, u32), top: u32, pixels: u32, (first, last): (u32, u32)) -> Box {
    let down = |address: u64| u32::try_from((address * u64::from(pixels)) >> 32).unwrap_or(pixels);
    let (from, to) = (down(u64::from(first)), down(u64::from(last) + 1));
    let from = from.min(pixels - 1);
    (x, top + from, width, to.saturating_sub(from).max(1))
}

/// How far to the right a port stands.
fn across(port: u16) -> u32 {
    let value = u32::from(port) + 1;
    let octave = value.ilog2();
    let within = (value - (1 << octave)) * OCTAVE / (1 << octave);
    octave * OCTAVE + within
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_stand_on_octaves() {
        // Port 0 is value 1, hence octave 0; 65535 is value 2^16.
        for (port, x) in [(0, 0), (1, OCTAVE), (3, 2 * OCTAVE), (4, 2 * OCTAVE + OCTAVE / 4), (65535, WIDTH)]
        {
            assert_eq!(across(port), x, "{port}");
        }
        assert!(NAMED.is_sorted_by_key(|port| across(*port)));
    }

    #[test]
    fn addresses_fill_their_share() {
        for (range, top, height) in [
            ((0, u32::MAX), 0, V4),
            ((0, u32::MAX / 2), 0, V4 / 2),
            ((1 << 31, u32::MAX), V4 / 2, V4 / 2),
            // One address is still to be seen, the last one too.
            ((5, 5), 0, 1),
            ((u32::MAX, u32::MAX), V4 - 1, 1),
        ] {
            assert_eq!(stretch((0, 2), 0, V4, range), (0, top, 2, height), "{range:?}");
        }
    }
}
