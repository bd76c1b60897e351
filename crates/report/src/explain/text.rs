//! An answer as a story: one line for each layer, then why, then what to do.

use std::io::{self, Write};

use portreeve_explain::{Answer, Part, Spot, Step, Verdict};
use portreeve_model::Estate;

use super::Explained;
use super::exposure::shortened;
use super::json::{gap, ruled, traffic};
use crate::Options;
use crate::escape::plain;
use crate::text::wrap;
use crate::words;

/// Parts of an answer that are told in full.
const PARTS: usize = 8;
/// From which width on the words of a step stand beside its layer.
const WIDE: usize = 100;
/// Where they begin otherwise.
const NARROW_INDENT: usize = 8;

/// Writes an answer for people.
///
/// # Errors
/// What `out` fails with.
pub fn write_answer(explained: &Explained<'_>, out: &mut dyn Write, options: &Options) -> io::Result<()> {
    let mut page = Page { out, options };
    let Explained { estate, asked, answer, commands } = *explained;
    let protocol = words::protocol_name(asked.protocol);
    let service = asked.port.map_or_else(|| protocol.to_string(), |port| format!("{protocol}/{port}"));
    let from = asked.source_port.map_or(String::new(), |port| format!(" from source port {port}"));
    page.line(&format!("{} -> {}  {service}{from}", plain(asked.from), plain(asked.to)))?;
    page.verdict(answer.verdict)?;
    let several = answer.parts.len() > 1;
    let decisive = answer.decisive();
    for part in answer.parts.iter().take(PARTS) {
        if several {
            page.line("")?;
            let (from, to) = (spot(estate, part.from), spot(estate, part.to));
            page.beside("", &format!("{from} -> {to}: {}", part.verdict.as_str()))?;
        }
        let told = decisive.is_some_and(|it| std::ptr::eq(it, part));
        page.part(estate, part, if told { commands } else { &[] })?;
    }
    page.rest(answer)
}

struct Page<'w> {
    out: &'w mut dyn Write,
    options: &'w Options,
}

impl Page<'_> {
    fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{text}")
    }

    fn paint(&self, verdict: Verdict, text: &str) -> String {
        let color = match verdict {
            Verdict::Allowed => "32",
            Verdict::Denied => "31",
            Verdict::Partly | Verdict::Unknown => "33",
        };
        if self.options.color { format!("\u{1b}[1;{color}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn verdict(&mut self, verdict: Verdict) -> io::Result<()> {
        let painted = self.paint(verdict, verdict.as_str());
        self.line(&painted)
    }

    /// Text beside a label, wrapped.
    fn beside(&mut self, label: &str, text: &str) -> io::Result<()> {
        let indent = label.chars().count();
        let width = self.options.width.saturating_sub(indent).max(30);
        for (at, line) in wrap(text, width).iter().enumerate() {
            let start = if at == 0 { label.to_owned() } else { " ".repeat(indent) };
            writeln!(self.out, "{start}{line}")?;
        }
        Ok(())
    }

    fn part(&mut self, estate: &Estate, part: &Part, commands: &[Vec<String>]) -> io::Result<()> {
        self.line("")?;
        for step in &part.steps {
            self.step(estate, step)?;
        }
        if part.verdict == Verdict::Partly || part.from == Spot::Internet || part.to == Spot::Internet {
            self.sets(part)?;
        }
        if !part.causes.is_empty() && part.verdict != Verdict::Allowed {
            self.line("\nwhy")?;
            for cause in &part.causes {
                self.beside("  - ", &plain(&cause.text))?;
                self.beside("    do: ", &plain(&cause.remedy))?;
            }
        }
        self.plans(part, commands)?;
        self.footnotes(estate, part)
    }

    fn step(&mut self, estate: &Estate, step: &Step) -> io::Result<()> {
        let mark = match step.verdict {
            Verdict::Allowed => "ok  ",
            Verdict::Denied => "no  ",
            Verdict::Unknown => "?   ",
            Verdict::Partly => "part",
        };
        let layer = step.layer.as_str().replace('_', " ");
        let way = if step.reply { format!("{layer}, reply") } else { format!("{layer} {}", step.direction) };
        let at = plain(estate.text(step.at)).into_owned();
        let painted = self.paint(step.verdict, mark);
        let because = plain(&step.because);
        // What the words name themselves is not said twice.
        let at = if because.contains(&at) { String::new() } else { at };
        let pad = if self.options.width < WIDE {
            // Where there is little room the words stand below, and not beside.
            writeln!(self.out, "{}", format!("  {painted}  {way:<24} {at}").trim_end())?;
            let pad = " ".repeat(NARROW_INDENT);
            self.beside(&pad, &because)?;
            pad
        } else {
            let said = if at.is_empty() { because.into_owned() } else { format!("{at}: {because}") };
            let indent = format!("  {mark}  {way:<24} ").chars().count();
            let width = self.options.width.saturating_sub(indent).max(30);
            for (at, line) in wrap(&said, width).iter().enumerate() {
                let start = if at == 0 { format!("  {painted}  {way:<24} ") } else { " ".repeat(indent) };
                writeln!(self.out, "{start}{line}")?;
            }
            " ".repeat(indent)
        };
        for ruling in step.rule.iter().chain(&step.trace) {
            if let Some((_, rule)) = ruled(estate, *ruling) {
                self.beside(&pad, &words::rule_of(estate, *ruling, rule))?;
            }
        }
        if !step.also.is_empty() {
            let names = step.also.iter().filter_map(|ruling| ruled(estate, *ruling));
            let names: Vec<String> =
                names.map(|(owner, rule)| plain(&estate.rule_name(owner, rule)).into_owned()).collect();
            self.beside(&pad, &format!("without it, {} would allow it too", names.join(", ")))?;
        }
        Ok(())
    }

    fn sets(&mut self, part: &Part) -> io::Result<()> {
        let outward = part.to == Spot::Internet;
        let side = if outward { "to" } else { "from" };
        for (label, set) in [("passes", &part.allowed), ("may pass", &part.unknown)] {
            let rows = traffic(set, outward);
            if rows.is_empty() || (part.verdict == Verdict::Denied) {
                continue;
            }
            self.line(&format!("\n{label}"))?;
            for row in rows {
                let peers = row.from.as_deref().or(row.to.as_deref()).unwrap_or(&[]);
                let clients = row
                    .source_ports
                    .as_ref()
                    .map_or(String::new(), |ports| format!(", client ports {ports}"));
                let service = if row.ports == "all" {
                    row.protocol.to_string()
                } else {
                    format!("{}/{}", row.protocol, row.ports)
                };
                self.beside("  ", &format!("{service} {side} {}{clients}", shortened(peers)))?;
            }
        }
        Ok(())
    }

    fn plans(&mut self, part: &Part, commands: &[Vec<String>]) -> io::Result<()> {
        if part.plans.is_empty() {
            return Ok(());
        }
        self.line("\nany one of these makes it work (each was proved by asking again)")?;
        for (at, plan) in part.plans.iter().enumerate() {
            for (step, words) in plan.words.iter().enumerate() {
                let label = if step == 0 { format!("  {}. ", at + 1) } else { "     and ".to_owned() };
                self.beside(&label, &plain(words))?;
            }
            for command in commands.get(at).into_iter().flatten() {
                self.line(&format!("     $ {}", plain(command)))?;
            }
        }
        Ok(())
    }

    fn footnotes(&mut self, estate: &Estate, part: &Part) -> io::Result<()> {
        if !part.gaps.is_empty() {
            self.line("\nnot known")?;
            for told in &part.gaps {
                let (at, what) = gap(estate, told);
                self.beside("  - ", &format!("{}: {}", plain(at), plain(what)))?;
            }
        }
        for note in &part.notes {
            self.beside("note: ", &plain(note))?;
        }
        if !part.not_modelled.is_empty() {
            let layers: Vec<String> =
                part.not_modelled.iter().map(|layer| layer.as_str().replace('_', " ")).collect();
            self.line("")?;
            let text = format!("not looked at, because the input says nothing of it: {}", layers.join(", "));
            self.beside("", &text)?;
        }
        Ok(())
    }

    fn rest(&mut self, answer: &Answer) -> io::Result<()> {
        match answer.parts.len().saturating_sub(PARTS) {
            0 => Ok(()),
            more => self.line(&format!(
                "\nand {}",
                words::count(more, "more pair of addresses", "more pairs of addresses")
            )),
        }
    }
}

fn spot(estate: &Estate, spot: Spot) -> String {
    if let Spot::Behind { interface, private, door } = spot {
        let (id, by) = (estate.text(estate.interface(interface).id), estate.text(door.id(estate)));
        return format!("{private} ({}) through {} at {}", plain(id), plain(by), door.front);
    }
    let address = spot.address().map_or("internet".to_owned(), |address| address.to_string());
    match spot.interface() {
        Some(ix) => format!("{address} ({})", plain(estate.text(estate.interface(ix).id))),
        None => address,
    }
}

#[cfg(test)]
mod tests {
    use portreeve_explain::{Cause, Layer};
    use portreeve_model::Direction;
    use portreeve_netset::PacketSet;

    use super::*;
    use crate::explain::Asked;

    /// A denied answer with one step, as wide as asked for.
    fn told(width: usize) -> String {
        let mut estate = Estate::default();
        let step = Step {
            layer: Layer::Route,
            direction: Direction::Ingress,
            reply: false,
            at: estate.texts.intern("eni-bp1shop0web000000001"),
            verdict: Verdict::Denied,
            rule: None,
            because:
                "network vpc-bp1shop0prod000000000 (shop-prod) has no route to 10.1.0.9 through peering pcc-1"
                    .to_owned(),
            also: Vec::new(),
            trace: Vec::new(),
        };
        let again = Step {
            because: "eni-bp1shop0web000000001 is down or detached".to_owned(),
            layer: Layer::Provider,
            ..step.clone()
        };
        let cause =
            Cause { id: "route-missing", text: step.because.clone(), remedy: "add a route".to_owned() };
        let part = Part {
            from: Spot::Public([8, 8, 8, 8].into()),
            to: Spot::Public([9, 9, 9, 9].into()),
            verdict: Verdict::Denied,
            steps: vec![step, again],
            allowed: PacketSet::empty(),
            unknown: PacketSet::empty(),
            causes: vec![cause],
            plans: Vec::new(),
            gaps: Vec::new(),
            not_modelled: vec![Layer::HostFirewall, Layer::Listener, Layer::Carrier],
            notes: Vec::new(),
        };
        let answer = Answer { verdict: Verdict::Denied, parts: vec![part] };
        let asked = Asked { from: "a", to: "b", protocol: Some(6), port: Some(22), source_port: None };
        let explained = Explained { estate: &estate, asked, answer: &answer, commands: &[] };
        let mut out = Vec::new();
        write_answer(&explained, &mut out, &Options { width, ..Options::default() }).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn little_room_puts_the_words_below_the_layer() {
        let narrow = told(80);
        assert!(narrow.lines().all(|line| line.chars().count() <= 80), "{narrow}");
        let steps: Vec<&str> = narrow.lines().skip(3).take(5).collect();
        assert_eq!(
            steps,
            [
                "  no    route ingress            eni-bp1shop0web000000001",
                "        network vpc-bp1shop0prod000000000 (shop-prod) has no route to 10.1.0.9",
                "        through peering pcc-1",
                // The words name it themselves.
                "  no    provider ingress",
                "        eni-bp1shop0web000000001 is down or detached",
            ]
        );
    }

    #[test]
    fn much_room_puts_them_beside_it() {
        let wide = told(100);
        assert!(wide.lines().all(|line| line.chars().count() <= 100), "{wide}");
        assert!(
            wide.contains("  no    route ingress            eni-bp1shop0web000000001: network"),
            "{wide}"
        );
        assert!(wide.contains("  no    provider ingress         eni-bp1shop0web000000001 is down"), "{wide}");
    }
}
