//! `portreeve/exposure/1`, and the same as a table.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::net::IpAddr;

use portreeve_explain::Exposed;
use portreeve_netset::PacketSet;
use serde::{Serialize, Serializer};

use super::ExposureReport;
use super::json::{TrafficRow, gap, traffic};
use crate::Options;
use crate::escape::plain;
use crate::words::{count, labelled};

/// Prefixes of one row that the table names.
const PREFIXES: usize = 4;

/// Writes what the internet may reach as one JSON document.
///
/// # Errors
/// What `out` fails with.
pub fn write_exposure_json(report: &ExposureReport<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut out = io::BufWriter::with_capacity(1 << 16, out);
    let row = Exposure { schema: "portreeve/exposure/1", interfaces: Interfaces(*report) };
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, crate::json::Lines::of_rows_at(2));
    row.serialize(&mut serializer)?;
    out.write_all(b"\n")?;
    out.flush()
}

#[derive(Serialize)]
struct Exposure<'a> {
    schema: &'static str,
    interfaces: Interfaces<'a>,
}

struct Interfaces<'a>(ExposureReport<'a>);

impl Serialize for Interfaces<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let report = self.0;
        serializer.collect_seq(report.exposed.iter().map(|exposed| InterfaceRow::of(report, exposed)))
    }
}

#[derive(Serialize)]
struct InterfaceRow<'a> {
    interface: &'a str,
    instance: Option<&'a str>,
    name: Option<&'a str>,
    public: &'a [IpAddr],
    share: f64,
    allowed: Vec<TrafficRow>,
    unknown: Vec<TrafficRow>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    gaps: Vec<GapRow<'a>>,
}

#[derive(Serialize)]
struct GapRow<'a> {
    at: &'a str,
    what: &'a str,
}

impl<'a> InterfaceRow<'a> {
    fn of(report: ExposureReport<'a>, exposed: &'a Exposed) -> Self {
        let estate = report.estate;
        let interface = estate.interface(exposed.interface);
        let instance = interface.instance.map(|ix| estate.instance(ix));
        let told = exposed.gaps.iter().map(|told| gap(estate, told));
        Self {
            interface: estate.text(interface.id),
            instance: instance.map(|instance| estate.text(instance.id)),
            name: instance.map(|instance| estate.text(instance.name)),
            public: &exposed.public,
            share: exposed.share,
            allowed: traffic(&exposed.allowed, false),
            unknown: traffic(&exposed.unknown, false),
            gaps: told.map(|(at, what)| GapRow { at, what }).collect(),
        }
    }
}

/// Writes what the internet may reach for people: one block for each interface.
///
/// # Errors
/// What `out` fails with.
pub fn write_exposure(report: &ExposureReport<'_>, out: &mut dyn Write, options: &Options) -> io::Result<()> {
    let mut out = io::BufWriter::with_capacity(1 << 16, out);
    let bold = if options.color { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
    for exposed in report.exposed {
        let interface = report.estate.interface(exposed.interface);
        let id = plain(report.estate.text(interface.id)).into_owned();
        let server = interface.instance.map(|ix| {
            let instance = report.estate.instance(ix);
            labelled(report.estate, instance.id, instance.name)
        });
        let name = server.map_or_else(|| id.clone(), |server| format!("{server}, {id}"));
        let publics: Vec<String> = exposed.public.iter().map(ToString::to_string).collect();
        writeln!(out, "{}{name}{}  {}", bold.0, bold.1, publics.join(", "))?;
        table(&mut out, "open", &exposed.allowed)?;
        table(&mut out, "may be", &exposed.unknown)?;
        for told in exposed.gaps.iter() {
            let (at, what) = gap(report.estate, told);
            writeln!(out, "    because  {}: {}", plain(at), plain(what))?;
        }
        writeln!(out)?;
    }
    let open = report.exposed.iter().filter(|exposed| !exposed.allowed.is_empty()).count();
    let doubtful = report.exposed.len() - open;
    let mut summary = format!("{} open to the internet", count(open, "interface is", "interfaces are"));
    if doubtful > 0 {
        let _ = write!(summary, ", {} in doubt", count(doubtful, "more is", "more are"));
    }
    writeln!(out, "{summary}")?;
    out.flush()
}

fn table(out: &mut dyn Write, label: &str, set: &PacketSet) -> io::Result<()> {
    for (at, row) in traffic(set, false).iter().enumerate() {
        let label = if at == 0 { label } else { "" };
        let service = if row.ports == "all" {
            row.protocol.to_string()
        } else {
            format!("{}/{}", row.protocol, row.ports)
        };
        writeln!(
            out,
            "    {label:<7}  {service:<18}  from {}",
            shortened(row.from.as_deref().unwrap_or(&[]))
        )?;
    }
    Ok(())
}

/// The first prefixes, and how many more there are.
pub(crate) fn shortened(prefixes: &[String]) -> String {
    let shown = prefixes.get(..PREFIXES).unwrap_or(prefixes).join(", ");
    match prefixes.len().saturating_sub(PREFIXES) {
        0 => shown,
        more => format!("{shown} and {}", count(more, "more prefix", "more prefixes")),
    }
}
