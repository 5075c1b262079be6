/** Characters of a row's outcome at most. */
const longest = 1_024;

/** A destination's own words, cut to what an outcome may hold. */
export const ownWords = (text: string): string =>
  text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;

/** The sentence for a row that is larger than the destination takes. */
export const tooLarge = (bytes: number, most: number): string =>
  `The row has ${bytes} bytes, more than the ${most} that the destination takes. Deliver fewer or shorter fields.`;
