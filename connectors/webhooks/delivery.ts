/** Header names in lower case, as Node gives them. */
export type DeliveryHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What an app sent. */
export interface Delivery {
  readonly headers: DeliveryHeaders;
  /** As it came: a signature is over these bytes. */
  readonly rawBody: Buffer;
  readonly method: string;
  /** The public address that it was sent to, with its query. */
  readonly uri: string;
}

/** One header, by its name in any case; the first where it came several times. Empty counts as missing. */
export function headerOf(headers: DeliveryHeaders, name: string): string | undefined {
  const value = headers[name.toLowerCase()];
  const first = typeof value === 'string' ? value : value?.[0];
  return first === '' ? undefined : first;
}
