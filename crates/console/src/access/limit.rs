//! How often somebody may try to log in.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::problem::Problem;

/// How many tries a name has at once, and how long it takes for another one.
const OF_A_NAME: (NonZeroU32, Duration) = (NonZeroU32::new(10).unwrap(), Duration::from_secs(30));
/// The same for an address, behind which there may be several people.
const OF_AN_ADDRESS: (NonZeroU32, Duration) = (NonZeroU32::new(30).unwrap(), Duration::from_secs(10));

/// Counts tries.
#[derive(Debug)]
pub(crate) struct Tries {
    names: DefaultKeyedRateLimiter<String>,
    addresses: DefaultKeyedRateLimiter<IpAddr>,
}

impl Tries {
    pub(crate) fn new() -> Self {
        let quota = |(burst, each): (NonZeroU32, Duration)| {
            Quota::with_period(each).unwrap_or(Quota::per_minute(burst)).allow_burst(burst)
        };
        let (names, addresses) = (quota(OF_A_NAME), quota(OF_AN_ADDRESS));
        Self { names: RateLimiter::keyed(names), addresses: RateLimiter::keyed(addresses) }
    }

    /// Counts a try, or refuses it. What is not needed any more is forgotten, so that made-up names fill no memory.
    pub(crate) fn admit(&self, address: IpAddr, name: &str) -> Result<(), Problem> {
        self.names.retain_recent();
        self.addresses.retain_recent();
        let now = DefaultClock::default().now();
        let key = name.chars().take(64).collect::<String>();
        let refused = self.addresses.check_key(&address).and_then(|()| self.names.check_key(&key));
        refused.map_err(|until| {
            let seconds = until.wait_time_from(now).as_secs() + 1;
            Problem::TooMany { what: "tries to log in", seconds }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_ten_tries_and_an_address_thirty() {
        let tries = Tries::new();
        let from = |last| IpAddr::from([192, 0, 2, last]);
        let admitted =
            |address, name: &str| (0..50).take_while(|_| tries.admit(address, name).is_ok()).count();
        assert_eq!(admitted(from(1), "ann"), 10);
        // Another address does not help with the same name, and another name does.
        assert_eq!(admitted(from(2), "ann"), 0);
        assert_eq!(admitted(from(1), "ben"), 10);
        // Of the thirty of this address, 10 and 10 were admitted and two were refused for their name.
        assert_eq!((admitted(from(1), "cyd"), admitted(from(1), "dee")), (8, 0));
        assert_eq!(admitted(from(3), "eve"), 10);
    }
}
