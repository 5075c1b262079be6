/** Runs that may be a secret: long, without spaces, with a digit in them. */
const secretLike = /(?=[\w+/=.~-]*\d)[\w+/=.~-]{20,}/g;
/** Query parameters that hold secrets, whatever the app calls the rest of them. */
const secretName =
  /^(?!.*(page|next|cursor|sync|continu)).*(^|[_.-])(token|secret|password|passwd|pwd|signature|sig|hmac|credentials?|authorization|auth|jwt|assertion)$|(api|access|private|subscription|client|app)[_.-]?(key|token|secret)$|^(key|code)$/i;

/** The forms in which a secret may come back: as it was sent, without its scheme, decoded, and encoded. */
export function formsOf(secret: string): string[] {
  const bare = secret.replace(/^\w+ /, '');
  const decoded = /^basic /i.test(secret) ? Buffer.from(bare, 'base64').toString() : '';
  const password = decoded.slice(decoded.indexOf(':') + 1);
  const forms = [secret, bare, decoded, password];
  const inQuery = forms.map((form) => new URLSearchParams({ form }).toString().slice('form='.length));
  return [...forms, ...forms.map(encodeURIComponent), ...inQuery].filter((form) => form.length >= 4);
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  let shown = text;
  for (const secret of secrets)
    for (const form of formsOf(secret)) shown = shown.replaceAll(form, '[redacted]');
  return shown;
}

/**
 * The beginning of what an app said, safe to show: no control characters, no secrets that were sent, nothing
 * that looks like a token.
 * @param length Characters to keep at most.
 */
export function excerpt(text: string, secrets: readonly string[], length = 80): string {
  // Looks a little past the cut, so that a secret across it is still known as one.
  return withoutSecrets(text.slice(0, length + 512), secrets)
    .replace(/(bearer|basic)\s+[\w+/=.~-]+/gi, '$1 [redacted]')
    .replace(secretLike, '[redacted]')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, length);
}

/**
 * An address that is safe to show: what its query says is kept, but not the values of parameters that hold secrets,
 * nor secrets that were sent anywhere in it.
 * @param secretParams More names of query parameters that hold secrets.
 */
export function redactUrl(
  url: URL,
  secrets: readonly string[],
  secretParams: readonly string[] = [],
): string {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  shown.hash = '';
  const query = [...shown.searchParams].map(([name, value]) => {
    const hidden = secretName.test(name) || secretParams.includes(name);
    return `${encodeURIComponent(name)}=${hidden ? '[redacted]' : encodeURIComponent(value)}`;
  });
  shown.search = '';
  return withoutSecrets(`${shown.href}${query.length > 0 ? `?${query.join('&')}` : ''}`, secrets);
}
