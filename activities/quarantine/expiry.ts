import type { ConnectionDoc } from '../../stores/model.ts';

const dayMs = 86_400_000;
/** After a pause people have so long to look before rows go. */
const graceDays = 7;

/** When a row that is in quarantine since then is discarded; null while its connection does not run. */
export function expiresAt(
  { status, changedAt }: Pick<ConnectionDoc, 'status' | 'changedAt'>,
  since: Date,
  days: number,
): Date | null {
  if (status !== 'STARTED') return null;
  const resumed = changedAt?.status?.getTime() ?? 0;
  return new Date(Math.max(since.getTime() + days * dayMs, resumed + graceDays * dayMs));
}
