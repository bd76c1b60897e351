//! The house rules, as tests: each file holds one of them, and its failures say what to change.

#[cfg(test)]
mod book;
#[cfg(test)]
mod budgets;
#[cfg(test)]
mod changelog;
#[cfg(test)]
mod collect;
#[cfg(test)]
mod edges;
#[cfg(test)]
mod files;
#[cfg(test)]
mod generated;
#[cfg(test)]
mod links;
#[cfg(test)]
mod manifests;
#[cfg(test)]
mod purity;
#[cfg(test)]
mod replay;
#[cfg(test)]
mod residue;
#[cfg(test)]
mod source;
#[cfg(test)]
mod vendors;
