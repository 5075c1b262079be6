import { createSyncBaseClient, type SyncBaseClient } from '../../activities/sync-base/airtable.ts';
import type { SyncBasePorts } from '../../activities/sync-base/ask.ts';
import { completed } from '../../activities/sync-base/rows.ts';
import { forgetOld } from '../../activities/sync-base/unfit.ts';
import type { Actor } from '../../domain/contracts.ts';
import { TributaryError } from '../../domain/errors.ts';
import { fieldsOfTable, type SyncTableKey, syncTables } from '../../domain/sync-base.ts';
import {
  type AirtablePlan,
  defaultEveryMs,
  expectedRecords,
  type Pace,
  paceFor,
  recordsSentence,
  runsADay,
} from '../../domain/sync-base-plan.ts';
import {
  type BaseIds,
  type BaseTable,
  idsOf,
  type SchemaFault,
  schemaFaults,
  viewsToAdd,
} from '../../domain/sync-base-schema.ts';
import type { SyncBaseDoc, SyncBaseWebhook } from '../../stores/model.ts';

/** How a base is to be set up. */
export interface SetUp {
  readonly base: string;
  /** @default what it has, else team */
  readonly plan?: AirtablePlan | undefined;
  /** How often it is to be looked at, in ms. @default every minute, or what the plan allows */
  readonly everyMs?: number | undefined;
  /** Whether tables and fields that are missing are made; else they are a fault. */
  readonly create: boolean;
  readonly by: Actor;
  readonly now: Date;
}

/** What became of it. */
export interface SetUpResult {
  readonly doc: SyncBaseDoc;
  readonly pace: Pace;
  /** What was made there. */
  readonly made: readonly string[];
  /** What is otherwise than it should be, and works. */
  readonly notes: readonly string[];
  /** To be added by hand. */
  readonly views: readonly string[];
}

/**
 * Creates or checks the tables and fields of a base, makes its webhook, and attaches it. May be repeated: what is there
 * stays, what is missing is made.
 * @throws {TributaryError} SYNC_BASE_UNFIT naming everything that a person has to change; SYNC_BASE_NO_TOKEN and the
 *   others of `createAsk`
 */
export async function setUpBase(
  ports: SyncBasePorts,
  wish: SetUp,
  signal: AbortSignal,
): Promise<SetUpResult> {
  const { stores, syncBase } = ports;
  const { base, create, by, now } = wish;
  const client = createSyncBaseClient(ports, base);
  const known = await stores.syncBases.get(base);
  const countCalls = async (): Promise<void> => {
    if ((await stores.syncBases.get(base)) !== null)
      await stores.syncBases.addCalls(base, client.takeCalls(), now);
  };
  try {
    const { tables, made } = await makeMissing(client, known?.ids ?? {}, create, signal);
    const notes = schemaFaults(tables, known?.ids).map(({ sentence }) => sentence);
    const webhook = await webhookOf(client, known, now, signal);
    const plan = wish.plan ?? known?.plan ?? 'team';
    const automations = await stores.automations.list();
    const runs = runsADay(automations);
    const pace = paceFor(plan, runs, wish.everyMs ?? defaultEveryMs);
    const types = await stores.reportTypes.list();
    const expected = expectedRecords(runs, syncBase.keepDays, automations.length + types.length);
    const tooMany = recordsSentence(plan, Math.max(expected, known?.records ?? 0));
    const ids = idsOf(tables, known?.ids);
    const set = { plan, everyMs: pace.everyMs, ids, webhook, problem: null, unfit: [] };
    if (known !== null) {
      const rows = stores.syncBases.rows(base);
      const ownRows = {
        ...rows,
        table: async (key: SyncTableKey) => (await rows.table(key)).map((row) => completed(row)),
      };
      await forgetOld(ownRows, known, set, now.getTime());
    }
    if (known === null)
      await stores.syncBases.create({
        ...{ _id: base, ...set, calls: {}, passedAt: null, records: null, everything: true },
        ...{ attachedBy: by, attachedAt: now, updatedAt: now, seq: 0 },
      });
    const isOther = webhook.id !== known?.webhook?.id;
    const doc = await stores.syncBases.change(base, (was) => ({
      ...set,
      // The pass may have read on meanwhile.
      webhook: isOther || was.webhook === null ? webhook : was.webhook,
      everything: was.everything || isOther,
    }));
    return {
      ...{ doc, pace, made, views: viewsToAdd },
      notes: [...notes, ...(tooMany === null ? [] : [tooMany])],
    };
  } finally {
    await countCalls();
  }
}

/** @throws {TributaryError} SYNC_BASE_UNFIT */
async function makeMissing(
  client: SyncBaseClient,
  known: BaseIds,
  create: boolean,
  signal: AbortSignal,
): Promise<{ readonly tables: readonly BaseTable[]; readonly made: readonly string[] }> {
  const before = await client.tables(signal);
  const faults = schemaFaults(before, known);
  // Before anything is made, so that a base that does not fit is left as it is.
  refuse(faults.filter(({ remedy }) => remedy === 'person' || (remedy === 'made' && !create)));
  const missing = faults.filter(({ remedy }) => remedy === 'made');
  const ids = idsOf(before, known);
  const made: string[] = [];
  for (const { table, field } of missing) {
    const { name } = syncTables[table];
    const wanted = fieldsOfTable(table).find((one) => one.name === field);
    if (wanted === undefined) {
      await client.createTable(table, signal);
      made.push(`The table "${name}" with ${fieldsOfTable(table).length} fields.`);
    } else {
      await client.createField(ids[table]?.id ?? name, wanted, signal);
      made.push(`The field "${wanted.name}" in the table "${name}".`);
    }
  }
  return { tables: missing.length === 0 ? before : await client.tables(signal), made };
}

function refuse(faults: readonly SchemaFault[]): void {
  if (faults.length === 0) return;
  const sentences = faults.map(({ sentence }) => sentence);
  throw new TributaryError('SYNC_BASE_UNFIT', sentences.join(' '), { problems: sentences });
}

/** The one that is known and still notes changes, else another one. */
async function webhookOf(
  client: SyncBaseClient,
  known: SyncBaseDoc | null,
  now: Date,
  signal: AbortSignal,
): Promise<SyncBaseWebhook> {
  const there = await client.webhooks(signal);
  const webhook = known?.webhook ?? null;
  const same = there.find(({ id }) => id === webhook?.id);
  if (webhook !== null && same?.enabled === true) return webhook;
  if (same !== undefined) await client.deleteWebhook(same.id, signal);
  const { id, nextCursor, expiresAt } = await client.createWebhook(signal);
  return { id, cursor: nextCursor, createdAt: now, expiresAt };
}
