import { BlockList, isIP } from 'node:net';
import { TributaryError } from '../../domain/errors.ts';

/** Addresses by what they are for. The first class that holds an address names it. */
const classes: readonly (readonly [name: string, ranges: readonly string[]])[] = [
  ['metadata', ['169.254.169.254/32', 'fd00:ec2::254/128', '100.100.100.200/32']],
  ['loopback', ['127.0.0.0/8', '::1/128']],
  ['private', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16']],
  ['link-local', ['169.254.0.0/16', 'fe80::/10']],
  ['unique-local', ['fc00::/7', 'fec0::/10']],
  ['carrier-grade NAT', ['100.64.0.0/10']],
  ['unspecified', ['0.0.0.0/8', '::/128']],
  ['multicast', ['224.0.0.0/4', 'ff00::/8']],
  ['documentation', ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32', '3fff::/20']],
  // Each carries an IPv4 address inside, and would lead around the ranges above.
  ['NAT64', ['64:ff9b::/96', '64:ff9b:1::/48']],
  ['6to4 or Teredo', ['2002::/16', '2001::/32', '192.88.99.0/24']],
  ['reserved', ['192.0.0.0/24', '198.18.0.0/15', '240.0.0.0/4', '2001:2::/48', '2001:10::/28', '5f00::/16']],
];

/** All that is in use on the internet; what is outside is not in use, or in use for something else. */
const globalIPv6 = rangesOf(['2000::/3']);
const mappedIPv6 = rangesOf(['::ffff:0:0/96']);
const refused = classes.map(([name, ranges]) => ({ name, ranges: rangesOf(ranges) }));

function rangesOf(entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of entries) {
    const [network = '', prefix = ''] = entry.split('/');
    list.addSubnet(network, Number(prefix), familyOf(network));
  }
  return list;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

/** What an IP address is for, when it is not the internet; undefined: a public address. */
export function classOf(address: string): string | undefined {
  const family = familyOf(address);
  // A block list looks through a mapped address and finds the IPv4 range that it belongs to.
  const found = refused.find(({ ranges }) => ranges.check(address, family));
  if (found !== undefined || family === 'ipv4') return found?.name;
  if (mappedIPv6.check(address, family)) return 'IPv4-mapped';
  return globalIPv6.check(address, family) ? undefined : 'reserved';
}

/** What may be asked although it is not public. */
export interface Allowed {
  /** Host names in lower case, without a dot at the end. */
  readonly names: ReadonlySet<string>;
  readonly has: (address: string) => boolean;
}

/** Reads entries of the setting. @throws {TributaryError} SETTINGS_INVALID for what is no name, address or range */
export function parseAllowed(entries: readonly string[]): Allowed {
  const names = new Set<string>();
  const list = new BlockList();
  for (const entry of entries) {
    const [network = '', prefix, ...more] = bare(entry).split('/');
    const most = isIP(network) === 6 ? 128 : 32;
    const length = prefix === undefined ? most : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
    if (isIP(network) !== 0 && length <= most && more.length === 0)
      list.addSubnet(network, length, familyOf(network));
    else if (/^(?=.*[a-z])[a-z\d_-]+(\.[a-z\d_-]+)*$/.test(network) && prefix === undefined)
      names.add(network);
    else
      throw new TributaryError(
        'SETTINGS_INVALID',
        `TRIBUTARY_EGRESS_ALLOW: "${entry}" is no host name, IP address or range such as 10.0.0.0/8.`,
      );
  }
  return { names, has: (address) => list.check(address, familyOf(address)) };
}

/** A host as it is compared: without brackets and the last dot, in lower case. */
export function bare(host: string): string {
  return host
    .trim()
    .toLowerCase()
    .replace(/^\[(.*)\](?=\/|$)/, '$1')
    .replace(/\.$/, '');
}
