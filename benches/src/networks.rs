//! `DescribeVpcs` and `DescribeVSwitches`.

use std::fmt::{self, Write as _};

use crate::error::GenerateError;
use crate::estate::{Estate, REGION, ZONES};
use crate::ids::Kind;
use crate::output::Folder;
use crate::pages::Pages;
use crate::pool;
use crate::template::Template;

/// Networks and subnets to a page: the most that the API gives.
const PAGE: u32 = 50;

/// Addresses of a subnet, a /18, that the vendor does not keep for itself.
const ADDRESSES: u32 = (1 << 14) - 4;

/// Writes all networks and their subnets, and says how many bytes they have; `in_network` has the instances of each network.
///
/// # Errors
/// If a file cannot be written.
pub fn write(estate: &Estate, folder: &Folder, in_network: &[u32]) -> Result<u64, GenerateError> {
    Ok(write_networks(estate, folder)? + write_subnets(estate, folder, in_network)?)
}

fn write_networks(estate: &Estate, folder: &Folder) -> Result<u64, GenerateError> {
    let mut listing = Pages::new(
        folder.responses("DescribeVpcs"),
        include_str!("../templates/networks.json"),
        estate.ids,
        Kind::Network,
        PAGE,
        estate.networks,
    );
    let template = Template::new(include_str!("../templates/network.json"));
    for network in 0..estate.networks {
        listing.add(|out| template.render(out, |slot, out| write_network(slot, out, estate, network)))?;
    }
    listing.finish()
}

fn write_network(slot: &str, out: &mut String, estate: &Estate, network: u32) -> fmt::Result {
    let has_ipv6 = Estate::has_ipv6(network);
    let prefix = Estate::ipv6_prefix(network);
    let number = estate.ids.number(Kind::Network, network.into());
    match slot {
        "cidr" => write!(out, "10.{}.0.0/16", network & 0xff),
        "created" => write!(out, "{}", pool::time(number, true)),
        "has_ipv6" => write!(out, "{has_ipv6}"),
        "ipv6" if has_ipv6 => write!(out, "{prefix}/56"),
        "ipv6" => Ok(()),
        "ipv6_blocks" if has_ipv6 => write!(out, r#"[{{"Ipv6CidrBlock":"{prefix}/56","Ipv6Isp":"BGP"}}]"#),
        "ipv6_blocks" => out.write_str("[]"),
        "name" => write!(out, "{}-{network}", pool::nth(&pool::ENVIRONMENTS, number)),
        "network" => write!(out, "{}", estate.network_id(network)),
        "region" => out.write_str(REGION),
        "router" => write!(out, "{}", estate.ids.id(Kind::Router, network.into())),
        "subnets" => {
            for zone in 0..ZONES.len() {
                let before = if zone == 0 { '[' } else { ',' };
                write!(out, "{before}\"{}\"", estate.subnet_id(network, zone))?;
            }
            out.write_str("]")
        }
        "table" => write!(out, "{}", estate.ids.id(Kind::RouteTable, network.into())),
        "tags" => {
            let environment = pool::nth(&pool::ENVIRONMENTS, number);
            write!(out, r#"[{{"Key":"env","Value":"{environment}"}}]"#)
        }
        _ => Err(fmt::Error),
    }
}

fn write_subnets(estate: &Estate, folder: &Folder, in_network: &[u32]) -> Result<u64, GenerateError> {
    let zones = u32::try_from(ZONES.len()).unwrap_or(1);
    let mut listing = Pages::new(
        folder.responses("DescribeVSwitches"),
        include_str!("../templates/subnets.json"),
        estate.ids,
        Kind::Subnet,
        PAGE,
        estate.networks * zones,
    );
    let template = Template::new(include_str!("../templates/subnet.json"));
    for network in 0..estate.networks {
        let instances = in_network.get(network as usize).copied().unwrap_or(0);
        for zone in 0..zones {
            let used = (instances + zones - 1 - zone) / zones;
            let subnet =
                Subnet { estate, network, zone: zone as usize, free: ADDRESSES.saturating_sub(used) };
            listing.add(|out| template.render(out, |slot, out| subnet.write(slot, out)))?;
        }
    }
    listing.finish()
}

struct Subnet<'a> {
    estate: &'a Estate,
    network: u32,
    zone: usize,
    free: u32,
}

impl Subnet<'_> {
    fn write(&self, slot: &str, out: &mut String) -> fmt::Result {
        let has_ipv6 = Estate::has_ipv6(self.network);
        let zone = pool::nth(&ZONES, self.zone as u64);
        match slot {
            "cidr" => write!(out, "10.{}.{}.0/18", self.network & 0xff, self.zone * 64),
            "created" => {
                let number = self.estate.ids.number(Kind::Network, self.network.into());
                write!(out, "{}", pool::time(number, true))
            }
            "free" => write!(out, "{}", self.free),
            "has_ipv6" => write!(out, "{has_ipv6}"),
            "ipv6" if has_ipv6 => write!(out, "{}/64", Estate::ipv6_subnet(self.network, self.zone)),
            "ipv6" => Ok(()),
            "name" => write!(out, "subnet-{}-{zone}", self.network),
            "network" => write!(out, "{}", self.estate.network_id(self.network)),
            "subnet" => write!(out, "{}", self.estate.subnet_id(self.network, self.zone)),
            "table" => write!(out, "{}", self.estate.ids.id(Kind::RouteTable, self.network.into())),
            "zone" => write!(out, "{REGION}-{zone}"),
            _ => Err(fmt::Error),
        }
    }
}
