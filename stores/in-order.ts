import type { TextId } from './commands.ts';

/** Two lists in the order of their ids as one, up to where one of them ends; of an id in both, the first's. */
export function merge<T extends TextId>(first: readonly T[], second: readonly T[]) {
  const both: T[] = [];
  let [a, b] = [0, 0];
  for (;;) {
    const [one, other] = [first[a], second[b]];
    if (one === undefined || other === undefined) break;
    both.push(one._id <= other._id ? one : other);
    if (one._id <= other._id) a += 1;
    if (other._id <= one._id) b += 1;
  }
  return { both, first: first.slice(a), second: second.slice(b) };
}

/** The same of streams of lists, which end with it. */
export async function* merged<T extends TextId>(
  first: AsyncIterator<readonly T[]>,
  second: AsyncIterator<readonly T[]>,
): AsyncGenerator<readonly T[]> {
  try {
    let [one, other] = await Promise.all([first.next(), second.next()]);
    while (!one.done && !other.done) {
      const { both, ...left } = merge(one.value, other.value);
      yield both;
      one = left.first.length > 0 ? { value: left.first } : await first.next();
      other = left.second.length > 0 ? { value: left.second } : await second.next();
    }
    for (; !one.done; one = await first.next()) yield one.value;
    for (; !other.done; other = await second.next()) yield other.value;
  } finally {
    await Promise.all([first.return?.(), second.return?.()]);
  }
}
