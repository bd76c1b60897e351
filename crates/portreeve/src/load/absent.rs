//! Groups that the input should have and has not: without them an account must not look as if it had passed.

use portreeve_model::{Estate, GapIx, Listing, Text};

/// How many groups are named where many are missing.
const NAMED: usize = 3;

/// How the vendors' command lines list groups, and show the rules of one.
const VENDORS: [Vendor; 2] = [
    Vendor {
        name: "alibaba",
        list: "`aliyun ecs DescribeSecurityGroups`, and `aliyun ecs DescribeSecurityGroupAttribute` for each group",
        show: "aliyun ecs DescribeSecurityGroupAttribute --SecurityGroupId ",
    },
    Vendor {
        name: "huawei",
        list: "`hcloud VPC ListSecurityGroups/v3` and `hcloud VPC ListSecurityGroupRules/v3`",
        show: "hcloud VPC ShowSecurityGroup/v3 --security_group_id=",
    },
];

/// What to say to users of one cloud.
struct Vendor {
    /// The short name of the cloud, as [`Estate::providers`] has it.
    name: &'static str,
    list: &'static str,
    show: &'static str,
}

impl Vendor {
    /// The cloud that an id comes from: only one gives its groups ids that begin with `sg-`.
    fn of(id: &str) -> &'static Self {
        let [alibaba, huawei] = &VENDORS;
        if id.starts_with("sg-") { alibaba } else { huawei }
    }
}

/// Leaves a gap where no document tells of groups, and where interfaces carry groups that none describes.
pub(super) fn tell(estate: &mut Estate) {
    if estate.coverage.groups == Listing::Absent && estate.groups.is_empty() {
        let known = VENDORS.iter().filter(|vendor| estate.providers.contains(&vendor.name));
        let lists: Vec<&str> = known.map(|vendor| vendor.list).collect();
        let what = format!("no security group is in the input: run {}", lists.join(", or "));
        estate.coverage.groups = Listing::Partial(estate.add_gap("security groups", what));
    } else {
        tell_carried(estate);
    }
}

fn tell_carried(estate: &mut Estate) {
    let known = estate.groups_by_id();
    let absent = |id: &&Text| !known.contains_key(*id);
    let lacking: Vec<bool> =
        estate.group_lists.iter().map(|list| list.iter().any(|id| absent(&id))).collect();
    if !lacking.contains(&true) {
        return;
    }
    let lists = estate.interfaces.iter().filter_map(|interface| interface.groups);
    let mut carried: Vec<_> = lists.filter(|list| lacking.get(list.at()) == Some(&true)).collect();
    carried.sort_unstable();
    carried.dedup();
    let ids = carried.iter().flat_map(|list| estate.group_list(*list).iter().filter(absent));
    let mut ids: Vec<&str> = ids.map(|id| estate.text(*id)).collect();
    ids.sort_unstable();
    ids.dedup();
    let Some(what) = what(&ids) else { return };
    let gap: GapIx = estate.add_gap("security groups", what);
    estate.unread.push(gap);
    for interface in &mut estate.interfaces {
        let lacks = interface.groups.is_some_and(|list| lacking.get(list.at()) == Some(&true));
        interface.gap = interface.gap.or(lacks.then_some(gap));
    }
}

fn what(ids: &[&str]) -> Option<String> {
    let first = ids.first()?;
    let names: Vec<String> = ids.iter().take(NAMED).map(|id| format!("`{id}`")).collect();
    let (one, more) = (ids.len() == 1, if ids.len() > NAMED { ", …" } else { "" });
    Some(format!(
        "{}{}{more}, which interfaces carry, {} not in the input: run `{}{first}`{}",
        if one { "security group ".to_owned() } else { format!("{} security groups: ", ids.len()) },
        names.join(", "),
        if one { "is" } else { "are" },
        Vendor::of(first).show,
        if one { "" } else { " and so on" },
    ))
}

#[cfg(test)]
mod tests {
    use super::{Vendor, what};

    #[test]
    fn groups_are_named_up_to_a_few() {
        let cases: [(&[&str], &str); 4] = [
            (&["sg-1"], "security group `sg-1`, which interfaces carry, is not in the input: "),
            (
                &["sg-1", "sg-2"],
                "2 security groups: `sg-1`, `sg-2`, which interfaces carry, are not in the input: ",
            ),
            (
                &["sg-a", "sg-b", "sg-c", "sg-d"],
                "4 security groups: `sg-a`, `sg-b`, `sg-c`, …, which interfaces carry, are not in the input: ",
            ),
            (
                &["5d0d812d"],
                "security group `5d0d812d`, which interfaces carry, is not in the input: run `hcloud VPC",
            ),
        ];
        for (ids, start) in cases {
            let told = what(ids).unwrap();
            assert!(
                told.starts_with(start) && told.contains(&format!("{}{}`", Vendor::of(ids[0]).show, ids[0])),
                "{told}"
            );
        }
        assert_eq!(what(&[]), None);
    }
}
