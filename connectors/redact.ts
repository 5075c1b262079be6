/** Runs that may be a secret: long, without spaces, with a digit in them. */
const secretLike = /(?=[\w+/=.~-]*\d)[\w+/=.~-]{20,}/g;

/**
 * The beginning of what an app said, safe to show: no control characters, no secrets that were sent, nothing
 * that looks like a token.
 * @param length Characters to keep at most.
 */
export function excerpt(text: string, secrets: readonly string[], length = 80): string {
  // Looks a little past the cut, so that a secret across it is still known as one.
  let shown = text.slice(0, length + 512);
  for (const secret of secrets) {
    for (const part of [secret, secret.replace(/^\w+ /, '')]) {
      if (part.length >= 4) shown = shown.replaceAll(part, '[redacted]');
    }
  }
  shown = shown.replace(/(bearer|basic)\s+[\w+/=.~-]+/gi, '$1 [redacted]').replace(secretLike, '[redacted]');
  return shown
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, length);
}
