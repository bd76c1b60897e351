//! Limits of the platform, held at every step.

use portreeve_model::{Direction, Edit, Estate, GroupIx, Peer, Ports, Rule};

/// Whether edits stay within the limits, each state between included.
///
/// # Errors
/// With the limit that a state would exceed, in words.
pub(crate) fn check(estate: &Estate, edits: &[&Edit]) -> Result<(), String> {
    let mut groups: Vec<GroupIx> = edits
        .iter()
        .filter_map(|edit| match edit {
            Edit::AddRule(group, _) => Some(*group),
            _ => None,
        })
        .collect();
    groups.sort_unstable();
    groups.dedup();
    for group in groups {
        let (mut now, mut most) = (0_i64, 0_i64);
        for edit in edits {
            match edit {
                Edit::AddRule(at, rule) if *at == group => now += i64::from(estate.quota_weight(rule)),
                // What it counted as is not known here any more; no rule counts less than one.
                Edit::RemoveRule(at, _) if *at == group => now -= 1,
                _ => {}
            }
            most = most.max(now);
        }
        of_group(estate, group, most)?;
        of_composites(estate, group, edits)?;
        of_interfaces(estate, group, most)?;
    }
    Ok(())
}

fn of_group(estate: &Estate, ix: GroupIx, more: i64) -> Result<(), String> {
    let group = estate.group(ix);
    let id = estate.text(group.id);
    let quotas = estate.profile(group.profile).quotas;
    let has = weigh(estate, ix);
    match quotas.rules_per_group.map(i64::from) {
        Some(most) if more > 0 && has + more > most => Err(format!(
            "`{id}` has {has} of {most} rules, and for a while {more} more are needed: remove or consolidate others first"
        )),
        _ => Ok(()),
    }
}

/// Rules with several port ranges, beyond a number of which none has an effect.
fn of_composites(estate: &Estate, ix: GroupIx, edits: &[&Edit]) -> Result<(), String> {
    let group = estate.group(ix);
    let Some(most) = estate.profile(group.profile).quotas.composite_rules else { return Ok(()) };
    for direction in Direction::BOTH {
        let counts = |rule: &&Rule| {
            let lists = matches!(rule.peer, Peer::Group { .. } | Peer::List(_));
            rule.direction == direction && (lists || matches!(rule.ports, Ports::Ranges(_)))
        };
        let added = edits.iter().filter_map(|edit| match edit {
            Edit::AddRule(at, rule) if *at == ix => Some(&**rule),
            _ => None,
        });
        let (has, more) = (group.rules.iter().filter(counts).count(), added.filter(counts).count());
        if more > 0 && has + more > most as usize {
            let id = estate.text(group.id);
            return Err(format!(
                "`{id}` has {has} rules that name groups, lists or several port ranges, and beyond {most} none has an effect"
            ));
        }
    }
    Ok(())
}

/// The rules of all groups of an interface together.
fn of_interfaces(estate: &Estate, ix: GroupIx, more: i64) -> Result<(), String> {
    let group = estate.group(ix);
    let Some(most) = estate.profile(group.profile).quotas.rules_per_interface.map(i64::from) else {
        return Ok(());
    };
    if more <= 0 {
        return Ok(());
    }
    let by_id = estate.groups_by_id();
    for list in estate.group_lists.iter().filter(|list| list.contains(&group.id)) {
        let has: i64 = list.iter().filter_map(|id| by_id.get(id)).map(|ix| weigh(estate, *ix)).sum();
        if has + more > most {
            return Err(format!(
                "interfaces of `{}` have {has} of {most} rules, and for a while {more} more are needed: remove or consolidate others first",
                estate.text(group.id)
            ));
        }
    }
    Ok(())
}

/// What the rules of a group count as.
fn weigh(estate: &Estate, ix: GroupIx) -> i64 {
    estate.group(ix).rules.iter().map(|rule| i64::from(estate.quota_weight(rule))).sum()
}
