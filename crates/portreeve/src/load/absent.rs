//! Groups that the input does not have: documents about anything else must not look like an account without any.

use portreeve_model::{Estate, Listing, Text};

/// How many ids a gap names before it only counts.
const NAMED: usize = 5;

/// Adds a gap where no group is known at all, and where interfaces carry groups that no document describes.
pub(super) fn tell(estate: &mut Estate) {
    if estate.groups.is_empty() && estate.coverage.groups == Listing::Absent {
        let what = "no security group is in the input: run `aliyun ecs DescribeSecurityGroups`, and `aliyun ecs \
                    DescribeSecurityGroupAttribute` for each group";
        let gap = estate.add_gap("DescribeSecurityGroups", what);
        estate.coverage.groups = Listing::Partial(gap);
    }
    let known = estate.groups_by_id();
    let absent = |id: &Text| !known.contains_key(id);
    let lists: Vec<bool> = estate.group_lists.iter().map(|list| list.iter().any(absent)).collect();
    let mut ids: Vec<Text> =
        estate.group_lists.iter().flat_map(|list| list.iter().copied().filter(absent)).collect();
    ids.sort_unstable();
    ids.dedup();
    let Some(first) = ids.first() else { return };
    let names: Vec<String> = ids.iter().take(NAMED).map(|id| format!("`{}`", estate.text(*id))).collect();
    let what = format!(
        "{} security group(s) that interfaces carry ({}{}) are not in the input: run `aliyun ecs \
         DescribeSecurityGroupAttribute --SecurityGroupId {}`",
        ids.len(),
        names.join(", "),
        if ids.len() > NAMED { ", …" } else { "" },
        estate.text(*first)
    );
    let gap = estate.add_gap("security groups", what);
    estate.unread.push(gap);
    for interface in &mut estate.interfaces {
        if interface.groups.is_some_and(|list| lists.get(list.at()).copied().unwrap_or_default()) {
            interface.gap = interface.gap.or(Some(gap));
        }
    }
}
