/**
 * Values by their 64-bit fingerprints, so that the names of a million markers take 16 MB and not a hundred. Two values that
 * differ have the same fingerprint once in 10^7 loads of a million names.
 */
export interface FingerprintSet {
  /** @returns false where the value was there already. */
  add(low: number, high: number): boolean;
  readonly size: number;
}

/** Room for so many is made at the beginning at most, since they may turn out to be all the same. */
const MOST_EXPECTED = 1 << 17;

/** @param expected how many values there will be, about: growing to that takes longer than all else. */
export function createFingerprintSet(expected = 0): FingerprintSet {
  const most = Math.min(expected, MOST_EXPECTED);
  let slots = new Uint32Array(2 << Math.max(10, Math.ceil(Math.log2(2 * most + 1))));
  let mask = (slots.length >> 1) - 1;
  let size = 0;

  const insert = (low: number, high: number): boolean => {
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const [a, b] = [slots[2 * slot], slots[2 * slot + 1]];
      if (a === low && b === high) return false;
      if (a === 0 && b === 0) {
        slots[2 * slot] = low;
        slots[2 * slot + 1] = high;
        return true;
      }
    }
  };

  const grow = (): void => {
    const old = slots;
    slots = new Uint32Array(old.length * 2);
    mask = (slots.length >> 1) - 1;
    for (let at = 0; at < old.length; at += 2) {
      const [low = 0, high = 0] = [old[at], old[at + 1]];
      if (low !== 0 || high !== 0) insert(low, high);
    }
  };

  return {
    add(low, high) {
      // An empty slot is 0, 0, so no value may be.
      const isNew = insert(low, low === 0 && high === 0 ? 1 : high);
      if (isNew && ++size * 4 > slots.length) grow();
      return isNew;
    },
    get size() {
      return size;
    },
  };
}

export interface Hash {
  low: number;
  high: number;
}

/** Begins a fingerprint in place. */
export function resetHash(hash: Hash): void {
  hash.low = 0x811c9dc5;
  hash.high = 0x9e3779b9;
}

/** Takes `bytes[from, to)` into the fingerprint; a byte more stands for the end of the value. */
export function updateHash(hash: Hash, bytes: Uint8Array, from: number, to: number): void {
  let { low, high } = hash;
  for (let at = from; at <= to; at++) {
    const byte = at < to ? (bytes[at] as number) : 0;
    low = Math.imul(low ^ byte, 0x01000193);
    high = Math.imul(high ^ byte, 0x85ebca6b);
    high ^= high >>> 13;
  }
  hash.low = mix(low) >>> 0;
  hash.high = mix(high ^ low) >>> 0;
}

function mix(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x7feb352d);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x846ca68b);
  return mixed ^ (mixed >>> 16);
}

/** The sum of the fingerprints of a list: equal for equal lists in any order. */
export interface ListSum {
  count: number;
  low: number;
  high: number;
}

/** Takes one more value into the sum, in place. */
export function addToSum(sum: ListSum, hash: Hash): void {
  sum.count++;
  sum.low = (sum.low + hash.low) >>> 0;
  sum.high = (sum.high + hash.high) >>> 0;
}

/** Whether two lists have the same values, each as often, but for a chance of one in 2^64. */
export function equalSums(a: ListSum, b: ListSum): boolean {
  return a.count === b.count && a.low === b.low && a.high === b.high;
}
