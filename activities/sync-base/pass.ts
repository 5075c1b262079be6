import { Context, getClient } from '@temporalio/activity';
import { TributaryError } from '../../domain/errors.ts';
import { mostRowsOf } from '../../domain/sync-base-plan.ts';
import type { SyncBaseDoc } from '../../stores/model.ts';
import { applyAutomation } from '../automations/apply.ts';
import { beating } from '../disconnect/beating.ts';
import type { ActivityPorts } from '../ports.ts';
import { createSyncBaseClient, webhookLifeMs } from './airtable.ts';
import { apply } from './apply.ts';
import type { SyncBaseActivities } from './contracts.ts';
import { createFace } from './face.ts';
import { defaultGraceMs, noteDone, noteProblem } from './note.ts';
import type { PassPorts, RowDoc } from './ports.ts';
import { pull } from './pull.ts';
import { push } from './push.ts';
import { completed } from './rows.ts';
import { applySyncBase } from './schedule.ts';
import { tableFaces } from './tables/index.ts';
import { fitFaces, forgetOld, idsKept, mayBeSchema, unfitOf } from './unfit.ts';

type Ports = Pick<ActivityPorts, 'stores' | 'definition' | 'egress' | 'log' | 'syncBase'>;

const dayMs = 86_400_000;
/** What is written at once, so that a base with much to write is still read at each look. */
const shareOfPush = 0.75;
const leastPushMs = 45_000;
const mostPushMs = 10 * 60_000;
const countEveryMs = 2_000;
/** How often a base with tables or fields that cannot be used is looked at for whether they came back. */
const lookAgainMs = 15 * 60_000;

/** A webhook that has ended can be read for some days more, but what was changed since is not in it. */
const hasEnded = ({ webhook }: SyncBaseDoc, now: number): boolean =>
  webhook !== null && webhook.expiresAt.getTime() <= now;

const graceOf = ({ syncBase }: Ports): number => syncBase?.graceMs ?? defaultGraceMs;

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
  type Change = Partial<Pick<SyncBaseDoc, 'webhook' | 'everything' | 'ids' | 'unfit' | 'lookedAt'>>;
  const set = async (change: Change): Promise<void> => {
    known = await stores.syncBases.change(baseId, () => change);
  };
  const signal = context.cancellationSignal;
  let looks = 0;
  const look = async (retyped: ReadonlySet<string> = new Set()): Promise<boolean> => {
    const tables = await client.tables(signal);
    const { ids, unfit = [] } = known;
    const after = { ids: idsKept(tables, ids), unfit: unfitOf(tables, ids) };
    await forgetOld(ownRows, known, after, Date.now(), retyped);
    await set({ ...after, lookedAt: now() });
    const isOther = JSON.stringify(unfit) !== JSON.stringify(after.unfit);
    if (isOther) looks += 1;
    return isOther;
  };
  const face = createFace({
    ...{ client, look, signal, now, doc: () => known, developers: syncBase.developers },
  });
  const faces = tableFaces({
    ...{ stores, definition, now, keepDays: syncBase.keepDays },
    mostRows: mostRowsOf(doc.plan),
    applyAutomation: (id) =>
      applyAutomation(stores, { client: getClient(), taskQueue: context.info.taskQueue }, id),
  });
  const ownRows: PassPorts['rows'] = {
    table: async (key) => (await rows.table(key)).map((row) => completed(row)),
    putMany: async (some: readonly RowDoc[]) => {
      if (some.length > 0) await rows.putMany(some);
    },
    remove: (ids) => rows.remove(ids),
  };
  const pass: PassPorts = {
    face: {
      ...face,
      async changes(cursor) {
        const page = await face.changes(cursor);
        const { webhook } = known;
        // To read puts off its end; that is noted once a day.
        const endsAt = Date.now() + webhookLifeMs;
        if (page !== null && webhook !== null && endsAt - webhook.expiresAt.getTime() > dayMs)
          await set({ webhook: { ...webhook, expiresAt: new Date(endsAt) } });
        return page;
      },
    },
    get tables() {
      return fitFaces(faces, known.unfit ?? []);
    },
    rows: ownRows,
    cursor: {
      get: async () =>
        known.everything || hasEnded(known, Date.now()) ? null : (known.webhook?.cursor ?? null),
      move: async (cursor) => {
        if (known.webhook !== null) await set({ webhook: { ...known.webhook, cursor } });
      },
      begun: (webhook) => set({ webhook, everything: false }),
    },
    log: async (line, mark) => void (await stores.logs.add(line, mark)),
    now: Date.now,
    pushMs: Math.min(Math.max(doc.everyMs * shareOfPush, leastPushMs), mostPushMs),
  };
  let uncounted = 0;
  const count = async (): Promise<void> => {
    const calls = uncounted + client.takeCalls();
    uncounted = 0;
    await stores.syncBases.addCalls(baseId, calls, now()).catch(() => {
      uncounted += calls;
    });
  };
  // A process that is killed loses those of a moment only.
  const counting = setInterval(() => void count(), countEveryMs);
  try {
    return await beating(async () => {
      const seenAt = known.lookedAt?.getTime() ?? 0;
      if ((known.unfit ?? []).length > 0 && Date.now() - seenAt > lookAgainMs) await look();
      const before = looks;
      try {
        return await part(pass, doc);
      } catch (error) {
        // A table or field is not there any more: once again without it.
        if (!mayBeSchema(error) || !(looks > before || (await look()))) throw error;
        return await part(pass, doc);
      }
    });
  } catch (error) {
    if (error instanceof TributaryError && error.retryable && error.code.startsWith('DESTINATION_')) {
      const { code, message: text } = error;
      await noteProblem(stores, baseId, { code, text }, { at: now(), graceMs: graceOf(ports) });
    }
    throw error;
  } finally {
    clearInterval(counting);
    await count();
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
      const { records, rejected, written, removed } = pushed;
      for (const why of rejected) log.warn({ baseId }, `a row of the SYNC base was not taken: ${why}`);
      await stores.syncBases.change(baseId, (doc) => {
        const refused = rejected.length === 0 ? null : (doc.refused ?? rejected[0] ?? null);
        const counted = records ?? doc.records;
        const isSame = doc.records === counted && (doc.refused ?? null) === refused;
        return isSame ? null : { records: counted, refused };
      });
      return { written, removed, rejected: rejected.length };
    },
    async noteBase({ baseId, problem }) {
      const at = new Date();
      const doc = await stores.syncBases.get(baseId);
      if (doc === null) return;
      if (problem === null) await noteDone(stores, doc, at);
      else await noteProblem(stores, baseId, problem, { at, graceMs: graceOf(ports) });
    },
  };
}
