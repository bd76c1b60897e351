//! Groups that the input should have and has not: without them an account must not look as if it had passed.

use portreeve_model::{Estate, GapIx, Listing, Text};

/// How many groups are named where many are missing.
const NAMED: usize = 3;

/// Leaves a gap where no document tells of groups, and where interfaces carry groups that none describes.
pub(super) fn tell(estate: &mut Estate) {
    if estate.coverage.groups == Listing::Absent && estate.groups.is_empty() {
        let what = "no security group is in the input: run `aliyun ecs DescribeSecurityGroups`, and `aliyun ecs \
                    DescribeSecurityGroupAttribute` for each group";
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
        "{}{}{more}, which interfaces carry, {} not in the input: run `aliyun ecs DescribeSecurityGroupAttribute \
         --SecurityGroupId {first}`{}",
        if one { "security group ".to_owned() } else { format!("{} security groups: ", ids.len()) },
        names.join(", "),
        if one { "is" } else { "are" },
        if one { "" } else { " and so on" },
    ))
}

#[cfg(test)]
mod tests {
    use super::what;

    #[test]
    fn groups_are_named_up_to_a_few() {
        let cases: [(&[&str], &str); 3] = [
            (&["sg-1"], "security group `sg-1`, which interfaces carry, is not in the input: "),
            (
                &["sg-1", "sg-2"],
                "2 security groups: `sg-1`, `sg-2`, which interfaces carry, are not in the input: ",
            ),
            (
                &["a", "b", "c", "d"],
                "4 security groups: `a`, `b`, `c`, …, which interfaces carry, are not in the input: ",
            ),
        ];
        for (ids, start) in cases {
            let told = what(ids).unwrap();
            assert!(
                told.starts_with(start) && told.contains(&format!("SecurityGroupId {}`", ids[0])),
                "{told}"
            );
        }
        assert_eq!(what(&[]), None);
    }
}
