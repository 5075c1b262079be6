import { formatCount } from './table.ts';

/** A line that changes; without a terminal it is printed again only when `key` changes, so that a log stays short. */
export interface LiveLine {
  readonly key: string;
  readonly text: string;
}

/** Lines that change while something goes on. */
export interface Live {
  /** Shows these lines in place of the last ones. */
  show(lines: readonly LiveLine[]): void;
  /** Leaves the last lines where they are; what is printed next stands below. */
  done(): void;
}

/** Redraws on a terminal, prints plain lines elsewhere. */
export function createLive(stream: NodeJS.WriteStream = process.stdout): Live {
  let drawn = 0;
  let seen = new Set<string>();
  return {
    show: (lines) => {
      if (!stream.isTTY) {
        for (const { key, text } of lines) if (!seen.has(key)) stream.write(`${text}\n`);
        seen = new Set([...seen, ...lines.map(({ key }) => key)]);
        return;
      }
      const width = stream.columns || 80;
      const cut = lines.map(({ text }) => (text.length < width ? text : `${text.slice(0, width - 2)}…`));
      const up = drawn > 0 ? `\u001b[${drawn}A` : '';
      stream.write(`${up}${cut.map((text) => `\u001b[2K${text}\n`).join('')}`);
      drawn = lines.length;
    },
    done: () => {
      drawn = 0;
      seen = new Set();
    },
  };
}

/** How much time, for people: `0.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`. */
export function formatMs(ms: number): string {
  const secs = Math.max(0, ms) / 1000;
  if (secs < 10) return `${secs.toFixed(1)} s`;
  const whole = Math.round(secs);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${formatCount(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}
