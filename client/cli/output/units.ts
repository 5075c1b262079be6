/** A duration for people: `340 ms`, `4.2 s`, `3 min 5 s`, `2 h 10 min`, `3 d 4 h`. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${Math.round(ms / 100) / 10} s`;
  const secs = Math.round(ms / 1_000);
  if (secs < 3_600) return pair(secs, 60, 'min', 's');
  const minutes = Math.round(ms / 60_000);
  return minutes < 1_440 ? pair(minutes, 60, 'h', 'min') : pair(Math.round(minutes / 60), 24, 'd', 'h');
}

function pair(count: number, size: number, large: string, small: string): string {
  const rest = count % size;
  return `${Math.floor(count / size)} ${large}${rest === 0 ? '' : ` ${rest} ${small}`}`;
}

/** A size for people, in steps of 1,000: `950 B`, `3.4 MB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const;
  let size = bytes;
  let step = 0;
  while (size >= 999.5 && step < units.length - 1) {
    size /= 1_000;
    step += 1;
  }
  return `${step === 0 || size >= 100 ? Math.round(size) : Math.round(size * 10) / 10} ${units[step]}`;
}
