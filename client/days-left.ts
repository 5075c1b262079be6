/** Whole days until then; 0 on the last day and after it. */
export const daysLeft = (endsAt: Date, now: Date): number =>
  Math.max(0, Math.floor((endsAt.getTime() - now.getTime()) / 86_400_000));
