//! Whether a change does what it should and nothing else, on sets.

use portreeve_model::{Direction, Edit};
use portreeve_netset::PacketSet;

use crate::scene::{Picture, Scene, View};

/// What should pass after the unwanted traffic is gone: what passed before without it, and of it what others still let through.
pub(crate) fn target(before: &Picture, bare: &Picture, unwanted: &PacketSet) -> Picture {
    let of = |before: &PacketSet, bare: &PacketSet| {
        before.difference(unwanted).union(&before.intersection(bare).intersection(unwanted))
    };
    let each = |(before, bare): (&View, &View)| View {
        surely: of(&before.surely, &bare.surely),
        possibly: of(&before.possibly, &bare.possibly),
    };
    before.iter().zip(bare).map(each).collect()
}

/// Whether a picture is the target, and where it only has to stay above it, no more than before.
pub(crate) fn hits(scene: &Scene, before: &Picture, after: &Picture, target: &Picture) -> bool {
    let exact = scene.pairs().map(|(context, _)| context.exact);
    exact.zip(before.iter().zip(after)).zip(target).all(|((exact, (before, after)), target)| {
        after == target || (!exact && between(before, after, target))
    })
}

/// Whether a state is within what passes in either of two others, and holds what passes in both.
pub(crate) fn between(one: &View, state: &View, other: &View) -> bool {
    let holds = |one: &PacketSet, state: &PacketSet, other: &PacketSet| {
        state == one
            || state == other
            || (state.is_subset(&one.union(other)) && one.intersection(other).is_subset(state))
    };
    holds(&one.surely, &state.surely, &other.surely) && holds(&one.possibly, &state.possibly, &other.possibly)
}

/// For each step, whether the state after it keeps to what passes before and after all of them; then the last picture.
pub(crate) fn steps(
    scene: &Scene,
    direction: Direction,
    before: &Picture,
    after: &Picture,
    edits: &[Edit],
) -> Vec<bool> {
    let mut state = scene.clone();
    let mut proved = Vec::with_capacity(edits.len());
    for (at, edit) in edits.iter().enumerate() {
        edit.apply(&mut state.estate);
        // The last state is the one that was judged already.
        proved.push(at + 1 == edits.len() || within(&state.picture(direction), before, after));
    }
    proved
}

fn within(state: &Picture, before: &Picture, after: &Picture) -> bool {
    state.len() == before.len()
        && state
            .iter()
            .zip(before.iter().zip(after))
            .all(|(state, (before, after))| between(before, state, after))
}
