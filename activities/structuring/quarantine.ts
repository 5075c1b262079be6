import type { Quarantine } from '../../stores/records.ts';

const pageRows = 500;

/** Takes out what a session put into quarantine: its rows are judged again. Other sessions' rows stay. */
export async function clearQuarantine(quarantine: Quarantine, sessionId: string): Promise<void> {
  let after = `${sessionId}/`;
  for (;;) {
    const page = await quarantine.page({ after, limit: pageRows });
    const own = page.filter((row) => row.sessionId === sessionId).map((row) => row._id);
    if (own.length > 0) await quarantine.removeMany(own);
    const last = page.at(-1);
    if (last === undefined || !last._id.startsWith(`${sessionId}/`)) return;
    after = last._id;
  }
}
