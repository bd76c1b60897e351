//! Sizes that no built-in integer can hold.

use portreeve_netset::{AddressSet, Cardinality, Flow, IntervalSet, PacketSet};

fn number(value: u128) -> Cardinality {
    Cardinality::from(value)
}

/// 2 to the given power, by doubling.
fn power_of_two(exponent: u32) -> Cardinality {
    (0..exponent).fold(Cardinality::ONE, |power, _| power.checked_add(power).unwrap())
}

#[test]
fn agrees_with_u128() {
    let mut rng = fastrand::Rng::with_seed(3);
    for _ in 0..5_000 {
        let (a, b) = (rng.u128(..) >> rng.u32(..128), rng.u128(..) >> rng.u32(..128));
        assert_eq!(number(a).to_u128(), Some(a));
        assert_eq!(number(a).to_string(), a.to_string());
        assert_eq!(number(a).cmp(&number(b)), a.cmp(&b));
        let (half, other_half) = (a >> 64, b >> 64);
        assert_eq!(number(half).checked_mul(number(other_half)), Some(number(half * other_half)));
        let sum = number(a).checked_add(number(b)).unwrap();
        assert_eq!(sum.to_u128(), a.checked_add(b));
    }
}

/// (a + b)² = a² + 2ab + b² beyond 128 bits, where no built-in integer can check the product.
#[test]
fn products_distribute_over_sums() {
    let mut rng = fastrand::Rng::with_seed(4);
    for _ in 0..1_000 {
        let (a, b) = (number(rng.u128(..)), number(rng.u128(..)));
        let square = |x: Cardinality| x.checked_mul(x).unwrap();
        let sum = a.checked_add(b).unwrap();
        let mixed = a.checked_mul(b).unwrap();
        let parts = [square(a), mixed, mixed, square(b)];
        assert_eq!(square(sum), parts.into_iter().sum());
    }
}

/// The powers are well-known numbers, written out from other sources.
#[test]
fn prints_in_decimal() {
    for (exponent, expected) in [
        (0, "1"),
        (64, "18446744073709551616"),
        (128, "340282366920938463463374607431768211456"),
        (256, "115792089237316195423570985008687907853269984665640564039457584007913129639936"),
    ] {
        assert_eq!(power_of_two(exponent).to_string(), expected);
    }
    assert_eq!(Cardinality::ZERO.to_string(), "0");
    // Zeros inside a number are kept: 10^38 is a one and 38 zeros.
    assert_eq!(number(10u128.pow(38)).to_string(), format!("1{}", "0".repeat(38)));
    assert_eq!(format!("{:>5}|{:<4}|", number(42), number(7)), "   42|7   |");
}

#[test]
fn overflow_is_noticed() {
    let top = power_of_two(383);
    assert_eq!(top.checked_add(top), None);
    assert_eq!(top.saturating_add(top), Cardinality::MAX);
    assert_eq!(power_of_two(192).checked_mul(power_of_two(192)), None);
    assert_eq!(power_of_two(192).checked_mul(power_of_two(191)), Some(top));
    assert_eq!(top.saturating_mul(number(2)), Cardinality::MAX);
    assert_eq!(Cardinality::MAX.checked_mul(Cardinality::ONE), Some(Cardinality::MAX));
    assert_eq!(Cardinality::MAX.checked_add(Cardinality::ONE), None);
    assert_eq!(top.to_u128(), None);
    assert!(Cardinality::ZERO.is_zero() && !Cardinality::ONE.is_zero());
}

#[test]
fn approximations() {
    // Powers of two are exact, so their bits can be compared.
    for exponent in [0, 40, 64, 297] {
        let exact = 2f64.powi(i32::try_from(exponent).unwrap());
        assert_eq!(power_of_two(exponent).approximate().to_bits(), exact.to_bits());
    }
    assert_eq!(Cardinality::ZERO.approximate().to_bits(), 0f64.to_bits());
}

/// The largest sets: sums and products of powers of two.
#[test]
fn sizes_of_the_full_sets() {
    let addresses = power_of_two(128).checked_add(power_of_two(32)).unwrap();
    let pairs = addresses.checked_mul(addresses).unwrap();
    assert_eq!(IntervalSet::<u128>::full().cardinality(), power_of_two(128));
    assert_eq!(AddressSet::all().cardinality(), addresses);
    assert_eq!(Flow::all().cardinality(), pairs.checked_mul(power_of_two(16)).unwrap());
    assert_eq!(PacketSet::all().cardinality(), pairs.checked_mul(power_of_two(8 + 16 + 16)).unwrap());
    assert_eq!(PacketSet::empty().cardinality(), Cardinality::ZERO);
}
