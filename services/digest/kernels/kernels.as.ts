/*
 * The hot loops of the matrix rules in AssemblyScript, with SIMD, one a file. Those that convert do so with cells of one row
 * as long as they are regular, and stop at the first that is not; what becomes of that one is decided in TypeScript, as is
 * everything that these loops do if they are missing.
 */

export { countPairs } from "./count-pairs.as";
export { genotypes } from "./genotypes.as";
export { pairs } from "./pairs.as";
export { transpose } from "./transpose.as";
export { twoLetters } from "./two-letters.as";
