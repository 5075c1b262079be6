import { Context, getClient } from '@temporalio/activity';
import { TributaryError } from '../../domain/errors.ts';
import { syncBaseIncidentOf } from '../../domain/sync-base-contracts.ts';
import { airtablePlans, recordsSentence } from '../../domain/sync-base-plan.ts';
import type { SyncBaseDoc } from '../../stores/model.ts';
import { applyAutomation } from '../automations/apply.ts';
import { beating } from '../disconnect/beating.ts';
import type { ActivityPorts } from '../ports.ts';
import { createSyncBaseClient } from './airtable.ts';
import { apply } from './apply.ts';
import type { SyncBaseActivities } from './contracts.ts';
import { createFace } from './face.ts';
import type { PassPorts, RowDoc } from './ports.ts';
import { pull } from './pull.ts';
import { push } from './push.ts';
import { completed } from './rows.ts';
import { applySyncBase } from './schedule.ts';
import { tableFaces } from './tables/index.ts';

type Ports = Pick<ActivityPorts, 'stores' | 'definition' | 'egress' | 'log' | 'syncBase'>;

/** Share of a plan's records that Logs, and Reports, may take each. */
const shareOfLogs = 0.35;

/** Runs a part of a pass over a base, and counts its calls; null: it is attached no longer. */
async function inPass<T>(
  ports: Ports,
  baseId: string,
  part: (pass: PassPorts, doc: SyncBaseDoc) => Promise<T>,
): Promise<T | null> {
  const { stores, definition, egress, syncBase } = ports;
  const doc = await stores.syncBases.get(baseId);
  if (doc === null) {
    // A Schedule that was forgotten ends here; should the base have come back in this moment, it is made again.
    await applySyncBase(stores, { client: getClient(), taskQueue: Context.current().info.taskQueue }, baseId);
    return null;
  }
  if (syncBase === undefined) throw new TributaryError('SYNC_BASE_NO_TOKEN');
  const context = Context.current();
  const now = () => new Date();
  const client = createSyncBaseClient({ stores, egress, syncBase }, baseId);
  let known = doc;
  const rows = stores.syncBases.rows(baseId);
  const face = () =>
    createFace({
      client,
      doc: known,
      developers: syncBase.developers,
      signal: context.cancellationSignal,
      now,
    });
  const set = async (change: Partial<Pick<SyncBaseDoc, 'webhook' | 'everything'>>): Promise<void> => {
    known = await stores.syncBases.change(baseId, () => change);
  };
  const pass: PassPorts = {
    // A webhook that was made anew is the one that is asked from then on.
    face: {
      changes: (cursor) => face().changes(cursor),
      begin: () => face().begin(),
      list: (table) => face().list(table),
      write: (table, some) => face().write(table, some),
      remove: (table, ids) => face().remove(table, ids),
    },
    tables: tableFaces({
      ...{ stores, definition, now, keepDays: syncBase.keepDays },
      mostRows: Math.floor(airtablePlans[doc.plan].records * shareOfLogs),
      applyAutomation: (id) =>
        applyAutomation(stores, { client: getClient(), taskQueue: context.info.taskQueue }, id),
    }),
    rows: {
      table: async (key) => (await rows.table(key)).map((row) => completed(row)),
      putMany: async (some: readonly RowDoc[]) => {
        if (some.length > 0) await rows.putMany(some);
      },
      remove: (ids) => rows.remove(ids),
    },
    cursor: {
      get: async () => (known.everything ? null : (known.webhook?.cursor ?? null)),
      move: async (cursor) => {
        if (known.webhook !== null) await set({ webhook: { ...known.webhook, cursor } });
      },
      begun: (webhook) => set({ webhook, everything: false }),
    },
    log: async (line, mark) => void (await stores.logs.add(line, mark)),
    now: Date.now,
  };
  try {
    return await beating(() => part(pass, doc));
  } finally {
    await stores.syncBases.addCalls(baseId, client.takeCalls(), now()).catch(() => undefined);
  }
}

/** The activities of a pass, see {@link SyncBaseActivities}. */
export function createSyncBaseActivities(ports: Ports): SyncBaseActivities {
  const { stores, log } = ports;
  return {
    async pullBase({ baseId }) {
      const found = await inPass(ports, baseId, (pass) => pull(pass));
      return found ?? { changes: null, listed: false };
    },
    async applyEdits({ baseId }) {
      const applied = await inPass(ports, baseId, (pass) => apply(pass));
      return applied ?? { taken: 0, held: 0, refused: 0 };
    },
    async pushBase({ baseId }) {
      const pushed = await inPass(ports, baseId, (pass) => push(pass));
      if (pushed === null) return { written: 0, removed: 0, rejected: 0 };
      const { records, rejected, ...counts } = pushed;
      for (const why of rejected) log.warn({ baseId }, `a row of the SYNC base was not taken: ${why}`);
      await stores.syncBases.change(baseId, (doc) => (doc.records === records ? null : { records }));
      return { ...counts, rejected: rejected.length };
    },
    async noteBase({ baseId, problem }) {
      const at = new Date();
      const incident = syncBaseIncidentOf(baseId);
      const doc = await stores.syncBases.get(baseId);
      if (doc === null) return;
      if (problem === null) {
        const tooMany = recordsSentence(doc.plan, doc.records ?? 0);
        const noted = tooMany === null ? null : { code: 'SYNC_BASE_FULL', text: tooMany, since: at };
        await stores.syncBases.change(baseId, (was) => ({
          passedAt: at,
          problem:
            noted === null || was.problem?.code !== noted.code
              ? noted
              : { ...noted, since: was.problem.since },
        }));
        await stores.alerts.settle(incident, `The SYNC base ${baseId} in Airtable is up to date again.`);
        return;
      }
      const after = await stores.syncBases.change(baseId, (was) =>
        was.problem?.code === problem.code && was.problem.text === problem.text
          ? null
          : { problem: { ...problem, since: was.problem?.since ?? at } },
      );
      const since = after.problem?.since ?? at;
      const text = `The SYNC base ${baseId} in Airtable cannot be used: ${problem.text} Everything else goes on; what is missing there is caught up.`;
      await stores.alerts.raise({
        ...{ incident, cause: 'airtable', title: 'SYNC base in Airtable stands still', reason: text, since },
        command: 'tributary airtable status',
        occurrence: { id: `${incident}/${since.toISOString()}`, text, at },
      });
      // A passage of Logs for the people who look there; once for each time that it stands still.
      const by = { kind: 'system', id: 'airtable' } as const;
      const line = { at: since, by, subject: 'service', text, before: null, after: null };
      await stores.logs.add(line, `airtable-${baseId}`);
    },
  };
}
