/** `satisfies Like<Real>`: the stand-in has no member that `Real` lacks. */
export type Like<Real> = { readonly [Member in keyof Real]?: unknown };
