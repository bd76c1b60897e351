//! Exact sizes of sets, which outgrow every built-in integer.

use std::fmt;
use std::iter::Sum;

use crate::Point;

/// 64-bit limbs, enough for 384 bits.
const LIMBS: usize = 6;

/// The exact number of members of a set: an unsigned integer of 384 bits.
///
/// The largest set of this crate, [`crate::PacketSet::all`], has 2^8 protocols × 2^16 ports × 2^16 source ports ×
/// (2^32 + 2^128) local addresses × as many peers: less than 2^297 members. No size of a set therefore overflows.
///
/// ```
/// use portreeve_netset::{AddressSet, Cardinality};
///
/// assert_eq!(AddressSet::all_v6().cardinality().to_string(), "340282366920938463463374607431768211456");
/// assert_eq!(AddressSet::all_v4().cardinality(), Cardinality::from(1u64 << 32));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Cardinality {
    /// Least significant limb first.
    limbs: [u64; LIMBS],
}

impl Cardinality {
    /// No member.
    pub const ZERO: Self = Self { limbs: [0; LIMBS] };
    /// One member.
    pub const ONE: Self = Self { limbs: [1, 0, 0, 0, 0, 0] };
    /// The largest number that can be held, 2^384 - 1.
    pub const MAX: Self = Self { limbs: [u64::MAX; LIMBS] };

    /// The number of values from `lo` to `hi`, both included; zero when `lo > hi`.
    pub(crate) fn of_range<T: Point>(lo: T, hi: T) -> Self {
        // The full range of `u128` has one value more than fits the type, so the one is added widely.
        let span = hi.to_u128().checked_sub(lo.to_u128());
        span.map_or(Self::ZERO, |span| Self::from(span).saturating_add(Self::ONE))
    }

    /// Whether this is zero.
    pub fn is_zero(self) -> bool {
        self == Self::ZERO
    }

    /// The sum, or `None` when it does not fit 384 bits.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let mut sum = Self::ZERO;
        let mut carry = false;
        for ((out, ours), theirs) in sum.limbs.iter_mut().zip(self.limbs).zip(other.limbs) {
            let (partial, first) = ours.overflowing_add(theirs);
            let (total, second) = partial.overflowing_add(u64::from(carry));
            *out = total;
            carry = first || second;
        }
        (!carry).then_some(sum)
    }

    /// The product, or `None` when it does not fit 384 bits.
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        let mut product = Self::ZERO;
        for (shift, limb) in other.limbs.into_iter().enumerate().filter(|(_, limb)| *limb != 0) {
            product = product.checked_add(self.times_limb(limb)?.shifted(shift)?)?;
        }
        Some(product)
    }

    /// The sum, or [`Cardinality::MAX`] when it does not fit, which no set of this crate can bring about.
    pub fn saturating_add(self, other: Self) -> Self {
        self.checked_add(other).unwrap_or(Self::MAX)
    }

    /// The product, or [`Cardinality::MAX`] when it does not fit, which no set of this crate can bring about.
    pub fn saturating_mul(self, other: Self) -> Self {
        self.checked_mul(other).unwrap_or(Self::MAX)
    }

    /// The same number, if it fits 128 bits.
    pub fn to_u128(self) -> Option<u128> {
        let [low, high, rest @ ..] = self.limbs;
        rest.iter().all(|&limb| limb == 0).then(|| u128::from(high) << 64 | u128::from(low))
    }

    /// The nearest floating-point number or one beside it, for ratios and percentages.
    pub fn approximate(self) -> f64 {
        const LIMB: f64 = 18_446_744_073_709_551_616.0;
        #[expect(clippy::cast_precision_loss, reason = "an approximation is what is asked for")]
        self.limbs.iter().rev().fold(0.0, |sum, &limb| sum * LIMB + limb as f64)
    }

    fn times_limb(self, factor: u64) -> Option<Self> {
        let mut product = Self::ZERO;
        let mut carry = 0;
        for (out, limb) in product.limbs.iter_mut().zip(self.limbs) {
            // At most (2^64 - 1)^2 + 2^64 - 1, which is below 2^128.
            let wide = u128::from(limb) * u128::from(factor) + u128::from(carry);
            (carry, *out) = halves(wide);
        }
        (carry == 0).then_some(product)
    }

    /// Multiplies by 2^64 `count` times.
    fn shifted(self, count: usize) -> Option<Self> {
        let mut shifted = Self::ZERO;
        let lost = self.limbs.iter().skip(LIMBS.saturating_sub(count)).any(|&limb| limb != 0);
        for (out, limb) in shifted.limbs.iter_mut().skip(count).zip(self.limbs) {
            *out = limb;
        }
        (!lost).then_some(shifted)
    }

    /// Quotient and remainder of a division by a number other than zero.
    fn divided_by(self, divisor: u64) -> (Self, u64) {
        let mut quotient = Self::ZERO;
        let mut remainder = 0;
        for (out, limb) in quotient.limbs.iter_mut().zip(self.limbs).rev() {
            let wide = u128::from(remainder) << 64 | u128::from(limb);
            // The remainder is below the divisor, so the quotient fits one limb.
            (_, *out) = halves(wide / u128::from(divisor));
            (_, remainder) = halves(wide % u128::from(divisor));
        }
        (quotient, remainder)
    }
}

/// The high and the low 64 bits.
fn halves(wide: u128) -> (u64, u64) {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the cut is the point: the other half is kept beside it"
    )]
    ((wide >> 64) as u64, wide as u64)
}

impl From<u64> for Cardinality {
    fn from(value: u64) -> Self {
        Self::from(u128::from(value))
    }
}

impl From<u128> for Cardinality {
    fn from(value: u128) -> Self {
        let (high, low) = halves(value);
        Self { limbs: [low, high, 0, 0, 0, 0] }
    }
}

impl Ord for Cardinality {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.limbs.iter().rev().cmp(other.limbs.iter().rev())
    }
}

impl PartialOrd for Cardinality {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Sum for Cardinality {
    fn sum<I: Iterator<Item = Self>>(numbers: I) -> Self {
        numbers.fold(Self::ZERO, Self::saturating_add)
    }
}

/// Prints the number in decimal.
impl fmt::Display for Cardinality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The largest power of ten that fits a limb, so that each division yields 19 digits.
        const CHUNK: u64 = 10_000_000_000_000_000_000;
        let mut chunks = Vec::new();
        let mut rest = *self;
        while !rest.is_zero() {
            let (quotient, chunk) = rest.divided_by(CHUNK);
            chunks.push(chunk);
            rest = quotient;
        }
        let leading = chunks.pop().unwrap_or(0).to_string();
        let digits: String =
            std::iter::once(leading).chain(chunks.iter().rev().map(|chunk| format!("{chunk:019}"))).collect();
        f.pad_integral(true, "", &digits)
    }
}

impl fmt::Debug for Cardinality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
