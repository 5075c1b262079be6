const dayMs = 86_400_000;
const monthName = new Intl.DateTimeFormat('en', { month: 'short', timeZone: 'UTC' });

/** YYYY-MM-DD. @param day Days since 1970-01-01 */
export const dateOf = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 10);
/** Days since 1970-01-01. */
export const dayOf = (start: string): number => Date.parse(`${start}T00:00:00Z`) / dayMs;

/** A mark: days since 1970-01-01, and what stands at it. */
export interface TimeTick {
  readonly day: number;
  readonly text: string;
}

/**
 * Marks of an axis of time: firsts of months, quarters or years, as many as there is room for; of short times every some days.
 * @param room At most about so many.
 */
export function timeTicks(from: number, to: number, room: number): TimeTick[] {
  if (!Number.isFinite(from) || !Number.isFinite(to)) return [];
  const date = (day: number): Date => new Date(day * dayMs);
  const months = (to - from) / 30.44;
  if (months < 3) {
    const step = Math.max(1, Math.ceil((to - from) / room));
    const text = (day: number) => `${date(day).getUTCDate()} ${monthName.format(date(day))}`;
    return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step).map(
      (day) => ({
        day,
        text: text(day),
      }),
    );
  }
  const step = [1, 3, 6, 12, 24, 60, 120, 600].find((size) => months / size <= room) ?? 1_200;
  const ticks: TimeTick[] = [];
  const begin = date(from).getUTCFullYear() * 12 + date(from).getUTCMonth();
  for (let month = Math.ceil(begin / step) * step; ; month += step) {
    const year = Math.floor(month / 12);
    const day = Date.UTC(year, month % 12) / dayMs;
    if (day > to) return ticks;
    const text =
      month % 12 === 0 ? String(year) : `${monthName.format(date(day))}${step >= 6 ? ` ${year}` : ''}`;
    if (day >= from) ticks.push({ day, text });
  }
}
