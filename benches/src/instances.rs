//! `DescribeInstances` in pages.

use std::fmt::{self, Write as _};
use std::net::{Ipv4Addr, Ipv6Addr};

use crate::error::GenerateError;
use crate::estate::{Estate, REGION, ZONES};
use crate::ids::Kind;
use crate::output::Folder;
use crate::pages::Pages;
use crate::pool;
use crate::template::Template;

/// Instances to a page: the most that the API gives.
const PAGE: u32 = 100;
/// Addresses at the beginning of a subnet that no instance gets.
const RESERVED: u32 = 10;
/// Instances that fit into one subnet, a /18 whose last addresses are the vendor's own.
const SUBNET_CAPACITY: u32 = (1 << 14) - RESERVED - 4;

/// What was written about instances.
#[derive(Clone, Debug, Default)]
pub struct Written {
    /// Bytes of all documents.
    pub bytes: u64,
    /// For each network, the instances in it; they are spread evenly over its subnets.
    pub in_network: Vec<u32>,
}

/// Writes all instances of an estate.
///
/// # Errors
/// If a file cannot be written, or if a network is full.
pub fn write(estate: &Estate, folder: &Folder) -> Result<Written, GenerateError> {
    let mut listing = Pages::new(
        folder.responses("DescribeInstances"),
        include_str!("../templates/instances.json"),
        estate.ids,
        Kind::Instance,
        PAGE,
        estate.size.instances,
    );
    let template = Template::new(include_str!("../templates/instance.json"));
    let mut in_network = vec![0; estate.networks as usize];
    for number in 0..estate.size.instances {
        let instance = Instance::new(estate, number, &mut in_network)?;
        listing.add(|out| template.render(out, |slot, out| instance.write(slot, out)))?;
    }
    Ok(Written { bytes: listing.finish()?, in_network })
}

/// An operating system as the API names it: image, its name in two languages, its kind.
type System = (&'static str, &'static str, &'static str, &'static str);

const SYSTEMS: [(u32, System); 4] = [
    (
        8,
        (
            "aliyun_3_x64_20G_alibase_20240528.vhd",
            "Alibaba Cloud Linux  3.2104 LTS 64位",
            "Alibaba Cloud Linux 3.2104 LTS 64 bit",
            "linux",
        ),
    ),
    (4, ("ubuntu_22_04_x64_20G_alibase_20240530.vhd", "Ubuntu  22.04 64位", "Ubuntu  22.04 64 bit", "linux")),
    (2, ("centos_7_9_x64_20G_alibase_20240403.vhd", "CentOS  7.9 64位", "CentOS  7.9 64 bit", "linux")),
    (
        2,
        (
            "win2022_21H2_x64_dtc_en-us_40G_alibase_20240520.vhd",
            "Windows Server  2022 数据中心版 64位英文版",
            "Windows Server  2022 Datacenter Edition 64bit English Edition",
            "windows",
        ),
    ),
];

/// Type, family, processors and memory in MiB.
type Model = (&'static str, &'static str, u32, u32);

const MODELS: [Model; 6] = [
    ("large", "ecs.c7", 2, 4_096),
    ("large", "ecs.g7", 2, 8_192),
    ("xlarge", "ecs.r7", 4, 32_768),
    ("2xlarge", "ecs.g7", 8, 32_768),
    ("xlarge", "ecs.c8i", 4, 8_192),
    ("4xlarge", "ecs.g8i", 16, 65_536),
];

/// How an instance is reached from outside: one in ten is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Public {
    No,
    Own,
    Eip,
}

struct Instance<'a> {
    estate: &'a Estate,
    number: u32,
    groups: &'a [u32],
    network: u32,
    zone: usize,
    host: u32,
    system: System,
    model: Model,
    public: Public,
    runs: bool,
    random: u64,
}

impl<'a> Instance<'a> {
    fn new(estate: &'a Estate, number: u32, in_network: &mut [u32]) -> Result<Self, GenerateError> {
        let mut random = estate.ids.random(Kind::Instance, number.into());
        let groups =
            estate.lists.get(random.usize(..estate.lists.len().max(1))).map_or(&[][..], Vec::as_slice);
        let network = groups.first().map_or(0, |&group| estate.network_of(group));
        let before = in_network.get_mut(network as usize).map_or(0, |count| {
            *count += 1;
            *count - 1
        });
        let subnets = u32::try_from(ZONES.len()).unwrap_or(1);
        if before / subnets >= SUBNET_CAPACITY {
            return Err(GenerateError::NetworkFull { capacity: SUBNET_CAPACITY * subnets });
        }
        Ok(Self {
            estate,
            number,
            groups,
            network,
            zone: (before % subnets) as usize,
            host: RESERVED + before / subnets,
            system: pool::weighted(&mut random, &SYSTEMS).unwrap_or_default(),
            model: pool::any(&mut random, &MODELS),
            public: pool::weighted(&mut random, &[(18, Public::No), (1, Public::Own), (1, Public::Eip)])
                .unwrap_or(Public::No),
            runs: random.u8(..20) > 0,
            random: random.u64(..),
        })
    }

    fn address(&self) -> Ipv4Addr {
        let subnet = u32::try_from(self.zone).unwrap_or_default();
        Ipv4Addr::from_bits(10 << 24 | (self.network & 0xff) << 16 | subnet << 14 | self.host)
    }

    /// One of the vendor's own public addresses, a different one for every instance.
    fn public_address(&self) -> Ipv4Addr {
        Ipv4Addr::from_bits(u32::from(Ipv4Addr::new(47, 96, 0, 0)) + self.number)
    }

    fn write(&self, slot: &str, out: &mut String) -> fmt::Result {
        let ids = self.estate.ids;
        let number = u64::from(self.number);
        let (_, family, processors, memory) = self.model;
        match slot {
            "address" => write!(out, "{}", self.address()),
            "bandwidth" => out.write_str(if self.public == Public::Own { "5" } else { "0" }),
            "cores" => write!(out, "{}", processors / 2),
            "cpu" => write!(out, "{processors}"),
            "created" | "started" => write!(out, "{}", pool::time(self.random, false)),
            "eip" => self.write_eip(out),
            "family" => out.write_str(family),
            "groups" => self.write_groups(out),
            "host" => write!(out, "iZbp1{:013x}Z", self.random >> 12),
            "instance" => write!(out, "{}", ids.id(Kind::Instance, number)),
            "interface" => write!(out, "{}", ids.id(Kind::Interface, number)),
            "ipv6" => self.write_ipv6(out),
            "mac" => {
                let [_, a, b, c] = self.number.to_be_bytes();
                write!(out, "00:16:3e:{a:02x}:{b:02x}:{c:02x}")
            }
            "memory" => write!(out, "{memory}"),
            "name" => self.write_name(out),
            "network" => write!(out, "{}", self.estate.network_id(self.network)),
            "public" if self.public == Public::Own => write!(out, r#"["{}"]"#, self.public_address()),
            "public" => out.write_str("[]"),
            "region" => out.write_str(REGION),
            "serial" => write!(out, "{:x}", ids.uuid(Kind::Instance, number)),
            "subnet" => write!(out, "{}", self.estate.subnet_id(self.network, self.zone)),
            "tags" => self.write_tags(out),
            "zone" => write!(out, "{REGION}-{}", pool::nth(&ZONES, self.zone as u64)),
            _ => self.write_system(slot, out),
        }
    }

    fn write_system(&self, slot: &str, out: &mut String) -> fmt::Result {
        let (image, name, name_en, kind) = self.system;
        out.write_str(match slot {
            "image" => image,
            "os" => name,
            "os_en" => name_en,
            "os_type" => kind,
            "size" => self.model.0,
            "status" if self.runs => "Running",
            "status" => "Stopped",
            "stopped" if self.runs => "Not-applicable",
            "stopped" => "KeepCharging",
            _ => return Err(fmt::Error),
        })
    }

    fn write_eip(&self, out: &mut String) -> fmt::Result {
        if self.public != Public::Eip {
            return out.write_str(r#"{"AllocationId":"","InternetChargeType":"","IpAddress":""}"#);
        }
        write!(
            out,
            concat!(
                r#"{{"AllocationId":"{}","Bandwidth":20,"InternetChargeType":"PayByTraffic","#,
                r#""IpAddress":"{}","IsSupportUnassociate":true}}"#
            ),
            self.estate.ids.id(Kind::Eip, self.number.into()),
            self.public_address()
        )
    }

    fn write_groups(&self, out: &mut String) -> fmt::Result {
        for (position, &group) in self.groups.iter().enumerate() {
            let before = if position == 0 { '[' } else { ',' };
            write!(out, "{before}\"{}\"", self.estate.group_id(group))?;
        }
        out.write_str(if self.groups.is_empty() { "[]" } else { "]" })
    }

    fn write_ipv6(&self, out: &mut String) -> fmt::Result {
        if !Estate::has_ipv6(self.network) {
            return out.write_str("[]");
        }
        let subnet = Estate::ipv6_subnet(self.network, self.zone).to_bits();
        write!(out, r#"[{{"Ipv6Address":"{}"}}]"#, Ipv6Addr::from_bits(subnet | u128::from(self.host)))
    }

    fn write_name(&self, out: &mut String) -> fmt::Result {
        let environment = pool::nth(&pool::ENVIRONMENTS, self.random);
        write!(out, "{environment}-{}-{:07}", pool::nth(&pool::ROLES, self.random >> 8), self.number)
    }

    fn write_tags(&self, out: &mut String) -> fmt::Result {
        let environment = pool::nth(&pool::ENVIRONMENTS, self.random);
        write!(out, r#"[{{"TagKey":"env","TagValue":"{environment}"}}"#)?;
        if !(self.random >> 16).is_multiple_of(4) {
            let team = pool::nth(&pool::TEAMS, self.random >> 20);
            write!(out, r#",{{"TagKey":"team","TagValue":"{team}"}}"#)?;
        }
        if (self.random >> 18).is_multiple_of(4) {
            write!(
                out,
                r#",{{"TagKey":"acs:autoscaling:scalingGroupId","TagValue":"asg-bp1{:017x}"}}"#,
                self.random
            )?;
        }
        out.write_str("]")
    }
}
