/** How many letters must be added, left out, changed or swapped to make one word of the other. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let steps = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        steps = Math.min(steps, (before[j - 2] ?? 0) + 1);
      next[j] = steps;
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}

/** Of the known names the one that was probably meant; upper case, `-` and `_` do not count. */
export function nearest(given: string, known: readonly string[]): string | undefined {
  const bare = (name: string): string => name.toLowerCase().replace(/[-_\s]/g, '');
  const word = bare(given).slice(0, 100);
  const [best] = known
    .map((name) => ({ name, steps: distance(word, bare(name)) }))
    .filter(({ name, steps }) => steps <= Math.max(1, Math.floor(bare(name).length / 3)))
    .sort((a, b) => a.steps - b.steps);
  return best?.name;
}
