const bars = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** Numbers as a line of little bars from the least to the greatest; a dot where there is none. */
export function sparkline(values: readonly (number | null)[]): string {
  const known = values.filter((value): value is number => value !== null && Number.isFinite(value));
  const least = Math.min(...known);
  const range = Math.max(...known) - least;
  return values
    .map((value) => {
      if (value === null || !Number.isFinite(value)) return '·';
      const share = range > 0 && Number.isFinite(range) ? (value - least) / range : 0;
      return bars[Math.round(share * (bars.length - 1))] ?? bars[0];
    })
    .join('');
}
