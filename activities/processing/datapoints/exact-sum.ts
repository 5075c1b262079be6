/**
 * Adds a number to a sum that loses nothing: parts that do not overlap, the smallest first (Shewchuk 1997, as in
 * Python's math.fsum). The order of the numbers makes no difference. They must be small enough not to overflow.
 */
export function addExactly(parts: number[], number: number): void {
  let rest = number;
  let kept = 0;
  for (let index = 0; index < parts.length; index++) {
    let part = parts[index] ?? 0;
    if (Math.abs(rest) < Math.abs(part)) [rest, part] = [part, rest];
    const sum = rest + part;
    const low = part - (sum - rest);
    if (low !== 0) parts[kept++] = low;
    rest = sum;
  }
  parts.length = kept;
  if (rest !== 0 || kept > 0) parts.push(rest);
}

/** The sum, rounded once and correctly (half to even). */
export function sumOf(parts: readonly number[]): number {
  let index = parts.length - 1;
  let high = parts[index] ?? 0;
  let low = 0;
  while (index > 0 && low === 0) {
    const part = parts[--index] ?? 0;
    const sum = high + part;
    low = part - (sum - high);
    high = sum;
  }
  // Exactly between two numbers: what is left below says to which side.
  const below = parts[index - 1] ?? 0;
  if (index > 0 && ((low < 0 && below < 0) || (low > 0 && below > 0))) {
    const doubled = low * 2;
    const rounded = high + doubled;
    if (doubled === rounded - high) return rounded;
  }
  return high + 0;
}
