/** Characters that XML may carry; half a surrogate pair is none. */
const allowed = (code: number): boolean =>
  code === 9 ||
  code === 10 ||
  code === 13 ||
  (code >= 32 && code < 0xd800) ||
  (code > 0xdfff && code < 0xfffe) ||
  code > 0xffff;

// Signs that turn the direction of writing: a name with one could make what stands after it read as something else.
const turning = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text as it may stand in an element or in an attribute. */
export const xmlText = (text: string): string =>
  [...text.replace(turning, '')]
    .filter((letter) => allowed(letter.codePointAt(0) ?? 0))
    .join('')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
