import type { JsonObject } from '../domain/json.ts';
import { readOrders } from '../examples/storefront/orders.ts';

/** A record of a person, and which person it is. */
export interface Labelled {
  readonly key: string;
  readonly person: number;
  readonly data: JsonObject;
}

/** Numbers from 0 to 1, the same ones for the same seed (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Person {
  readonly first: string;
  readonly last: string;
  readonly email: string;
  readonly phone: string;
  readonly born: string;
  readonly city: string;
}

const areas = ['212', '415', '312', '617', '206', '713', '305', '404', '503', '702'];

/**
 * Customers of the superstore sample under one to three keys each, a third of them doubled, with typing errors, other formats and missing values;
 * beyond the sample's 793 people new ones with its first and last names. Members of a family share a phone, some
 * people a mailbox, and some fields say `n/a`.
 */
export function labelledRecords(count: number, seed = 20_260_101): Labelled[] {
  const random = createRandom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const pick = <T>(items: readonly T[]): T => items[below(items.length)] as T;
  const orders = readOrders();
  const customers = [...new Map(orders.map((order) => [order.customer_id, order])).values()];
  const names = customers.map(({ customer_name: name }) => {
    const [first = '', ...rest] = name.split(' ');
    return { first, last: rest.join(' ') || first };
  });

  const typo = (text: string): string => {
    const at = 1 + below(Math.max(1, text.length - 2));
    const letter = String.fromCharCode(97 + below(26));
    const kinds = [
      () => text.slice(0, at) + text.slice(at + 1),
      () => text.slice(0, at) + letter + text.slice(at),
      () => text.slice(0, at) + letter + text.slice(at + 1),
      () => text.slice(0, at) + (text[at + 1] ?? '') + (text[at] ?? '') + text.slice(at + 2),
    ];
    return pick(kinds)();
  };
  const newPhone = (n: number): string =>
    `${areas[n % areas.length]}${2 + (n % 8)}${String(Math.floor(n / 80) % 100).padStart(2, '0')}${String((n * 7919) % 10_000).padStart(4, '0')}`;
  const personOf = (n: number, before: Person | undefined): Person => {
    const { first, last } = names[n] ?? { first: pick(names).first, last: pick(names).last };
    const isFamily = before !== undefined && random() < 0.03;
    return {
      first,
      last: isFamily ? before.last : last,
      email:
        random() < 0.005
          ? 'office@example.com'
          : `${first}.${last}.${n}@example.com`.replace(/[^A-Za-z0-9.@]/g, ''),
      phone: isFamily ? before.phone : newPhone(n),
      born: new Date(Date.UTC(1940, 0, 1) + below(22_000) * 86_400_000).toISOString().slice(0, 10),
      city: customers[n % customers.length]?.city ?? '',
    };
  };
  const emailOf = ({ email }: Person): string | null => {
    if (random() < 0.15) return random() < 0.3 ? 'n/a' : null;
    const said = random() < 0.04 ? typo(email) : email;
    return pick([said, said.toLowerCase(), said.toUpperCase(), ` ${said.toLowerCase()} `]);
  };
  const phoneOf = ({ phone }: Person): string | null => {
    if (random() < 0.15) return random() < 0.2 ? '000' : null;
    const said = random() < 0.02 ? newPhone(below(1_000_000)) : phone;
    const [area, office, line] = [said.slice(0, 3), said.slice(3, 6), said.slice(6)];
    return pick([
      `+1 (${area}) ${office}-${line}`,
      `${area}-${office}-${line}`,
      `${area}.${office}.${line}`,
      `001${said}`,
    ]);
  };
  const nameOf = ({ first, last }: Person): string => {
    const said = random() < 0.08 ? typo(`${first} ${last}`) : `${first} ${last}`;
    const [one = '', ...rest] = said.split(' ');
    return pick([said, said.toUpperCase(), `${rest.join(' ')}, ${one}`, `Mr. ${said}`, said.toLowerCase()]);
  };
  const bornOf = ({ born }: Person): string | null =>
    random() < 0.2 ? null : random() < 0.5 ? born : born.split('-').reverse().join('.');

  const found: Labelled[] = [];
  let before: Person | undefined;
  for (let person = 0; found.length < count; person++) {
    const one = personOf(person, before);
    before = one;
    for (let copies = pick([1, 1, 1, 1, 2, 3]); copies > 0 && found.length < count; copies--) {
      const key = String((found.length * 7_919_001) % 1_000_003).padStart(7, '0');
      const data = {
        ...{ id: key, name: nameOf(one), email: emailOf(one), phone: phoneOf(one), born: bornOf(one) },
        ...{
          city: one.city,
          updated_at: new Date(Date.UTC(2024, 0, 1) + below(31_000_000) * 1000).toISOString(),
        },
      };
      found.push({ key, person, data });
    }
  }
  return found;
}

/** Of the pairs that were made one, and of those that are one, the share that is both. */
export function judge(
  records: readonly Pick<Labelled, 'key' | 'person'>[],
  groups: readonly (readonly string[])[],
): { readonly precision: number; readonly recall: number; readonly pairs: number } {
  const personOf = new Map(records.map(({ key, person }) => [key, person]));
  const pairsIn = (sizes: Iterable<number>): number => {
    let pairs = 0;
    for (const size of sizes) pairs += (size * (size - 1)) / 2;
    return pairs;
  };
  const sizes = (people: readonly number[]): Map<number, number> => {
    const counts = new Map<number, number>();
    for (const person of people) counts.set(person, (counts.get(person) ?? 0) + 1);
    return counts;
  };
  const pairs = pairsIn(sizes(records.map(({ person }) => person)).values());
  let [made, right] = [0, 0];
  for (const keys of groups) {
    made += pairsIn([keys.length]);
    right += pairsIn(sizes(keys.map((key) => personOf.get(key) ?? -1)).values());
  }
  return { precision: made === 0 ? 1 : right / made, recall: pairs === 0 ? 1 : right / pairs, pairs };
}
