import { exampleLine } from '../faults.ts';

/** A place in a definition. */
export type At = readonly (string | number)[];

/** Something that each part allows but that does not fit together. */
export interface Inconsistency {
  readonly path: At;
  readonly expected: string;
  /** A piece of YAML that would be right there. */
  readonly example: string;
}

/** Makes one; the example is written under the name of its place unless it names a key of its own. */
export const inconsistent = (
  path: At,
  expected: string,
  value: unknown,
  key: string | number | undefined = path.at(-1),
): Inconsistency => ({ path, expected, example: exampleLine(key, value) });

/** Those that stand more than once: each repetition, with its place. */
export function repeated(values: readonly string[]): { readonly at: number; readonly value: string }[] {
  return values.flatMap((value, at) => (values.indexOf(value) < at ? [{ at, value }] : []));
}
