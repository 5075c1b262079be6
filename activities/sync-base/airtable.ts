import { TributaryError } from '../../domain/errors.ts';
import { type SyncField, type SyncTableKey, syncTables } from '../../domain/sync-base.ts';
import { type BaseField, type BaseTable, fieldToCreate } from '../../domain/sync-base-schema.ts';
import { type Body, createAsk, type Question, type SyncBasePorts } from './ask.ts';
import { type BaseChange, changesOf } from './payload.ts';

/** Records that one write takes, and that one list has. */
export const recordsPerWrite = 10;
const recordsPerList = 100;

/** A record; cells by the field's id, as Airtable gives them. */
export interface BaseRecord {
  readonly id: string;
  readonly createdTime: string;
  readonly cells: Readonly<Record<string, unknown>>;
}

/** A webhook as it is listed. */
export interface BaseWebhook {
  readonly id: string;
  /** It notes changes: it has not expired. */
  readonly enabled: boolean;
  /** The payload that comes next. */
  readonly nextCursor: number;
  readonly expiresAt: Date;
}

export interface Payloads {
  readonly changes: readonly BaseChange[];
  /** To go on by, once the changes are stored. */
  readonly cursor: number;
  readonly more: boolean;
}

/** Airtable's own: seven days after it was made or read last ("Create a webhook"). */
export const webhookLifeMs = 7 * 86_400_000;

export type SyncBaseClient = ReturnType<typeof createSyncBaseClient>;

/**
 * One base by Airtable's web API. Tables and fields are named by their ids, so that a renamed one does no harm.
 * Everything throws as {@link createAsk}.
 * @throws {TributaryError} SYNC_BASE_NO_TOKEN
 */
export function createSyncBaseClient(ports: SyncBasePorts, base: string) {
  const { ask, takeCalls } = createAsk(ports, base);
  const ofTable = (table: string): string => `/${base}/${table}`;
  const webhooks = `/bases/${base}/webhooks`;
  const schema = `/meta/bases/${base}/tables`;
  const write = (to: string): Pick<Question, 'needs' | 'to'> => ({ needs: ['data.records:write'], to });
  const make = (to: string): Pick<Question, 'needs' | 'to'> => ({ needs: ['schema.bases:write'], to });

  async function tables(signal: AbortSignal): Promise<readonly BaseTable[]> {
    const to = 'read the tables';
    const answer = await ask({ method: 'GET', path: schema, needs: ['schema.bases:read'], to }, signal);
    return listOf<BaseTable>(answer, 'tables');
  }

  return {
    tables,
    /** Makes a table of ours with all its fields. */
    async createTable(key: SyncTableKey, signal: AbortSignal): Promise<void> {
      const { name, fields } = syncTables[key];
      const body = { name, fields: (fields as readonly SyncField<never>[]).map(fieldToCreate) };
      await ask({ method: 'POST', path: schema, body, ...make(`make the table "${name}"`) }, signal);
    },
    async createField(table: string, field: SyncField<never>, signal: AbortSignal): Promise<BaseField> {
      const path = `${schema}/${table}/fields`;
      const to = make(`make the field "${field.name}"`);
      return (await ask(
        { method: 'POST', path, body: fieldToCreate(field), ...to },
        signal,
      )) as unknown as BaseField;
    },
    /** Notes changes of rows and fields from now on; nothing is called, we read it. */
    async createWebhook(signal: AbortSignal): Promise<BaseWebhook> {
      const body = { specification: { options: { filters: { dataTypes: ['tableData', 'tableFields'] } } } };
      const needs = ['webhook:manage', 'data.records:read', 'schema.bases:read'] as const;
      const to = 'make the webhook by which changes are read';
      const { id, expirationTime } = await ask({ method: 'POST', path: webhooks, body, needs, to }, signal);
      if (typeof id !== 'string') throw badAnswer('a webhook');
      return { id, enabled: true, nextCursor: 1, expiresAt: expiryOf(expirationTime) };
    },
    async webhooks(signal: AbortSignal): Promise<readonly BaseWebhook[]> {
      const question = {
        method: 'GET',
        path: webhooks,
        needs: ['webhook:manage'],
        to: 'list webhooks',
      } as const;
      return listOf<Body>(await ask(question, signal), 'webhooks').map((one) => ({
        id: String(one.id),
        enabled: one.isHookEnabled === true,
        nextCursor: Number(one.cursorForNextPayload) || 1,
        expiresAt: expiryOf(one.expirationTime),
      }));
    },
    async deleteWebhook(id: string, signal: AbortSignal): Promise<void> {
      const question = { method: 'DELETE', path: `${webhooks}/${id}`, needs: ['webhook:manage'] } as const;
      await ask({ ...question, to: 'delete the webhook' }, signal);
    },
    /**
     * Changes from a cursor on, at most 50 payloads; one call, which also puts off the webhook's end.
     * @throws {TributaryError} SYNC_BASE_WEBHOOK_GONE: make another one, and list the tables once
     */
    async payloads(webhookId: string, cursor: number, signal: AbortSignal): Promise<Payloads> {
      const path = `${webhooks}/${webhookId}/payloads`;
      const needs = ['webhook:manage', 'data.records:read', 'schema.bases:read'] as const;
      const question = { method: 'GET', path, query: { cursor }, needs, to: 'read changes' } as const;
      const answer = await ask(question, signal).catch((error: unknown) => {
        if (!(error instanceof TributaryError) || error.code !== 'SYNC_BASE_GONE') throw error;
        throw new TributaryError(
          'SYNC_BASE_WEBHOOK_GONE',
          `The webhook ${webhookId} is gone.`,
          error.details,
        );
      });
      const payloads = listOf<Body>(answer, 'payloads');
      // Airtable turned it off: it will never note anything again.
      if (payloads.some(({ error }) => error === true))
        throw new TributaryError('SYNC_BASE_WEBHOOK_GONE', `Airtable turned the webhook ${webhookId} off.`);
      const next = Number(answer.cursor);
      if (!Number.isInteger(next) || next < 1) throw badAnswer('a cursor');
      return { changes: payloads.map(changesOf), cursor: next, more: answer.mightHaveMore === true };
    },
    /** Every record of a table; a call for each hundred. */
    async *records(table: string, signal: AbortSignal): AsyncGenerator<readonly BaseRecord[]> {
      let offset: unknown;
      do {
        const body = {
          pageSize: recordsPerList,
          returnFieldsByFieldId: true,
          ...(offset === undefined ? {} : { offset }),
        };
        const path = `${ofTable(table)}/listRecords`;
        const question = {
          method: 'POST',
          path,
          body,
          needs: ['data.records:read'],
          to: 'read rows',
        } as const;
        const answer = await ask(question, signal);
        yield recordsOf(answer);
        offset = answer.offset;
      } while (typeof offset === 'string');
    },
    /**
     * Writes rows by a field that tells them apart, at most {@link recordsPerWrite}; cells by field id, null empties one.
     * An option of a select that is not there is made.
     * @returns their records, in the same order
     * @throws {TributaryError} SYNC_BASE_REJECTED also where two records have the same value: none of them is written then
     */
    async upsert(
      table: string,
      keyFieldId: string,
      rows: readonly Readonly<Record<string, unknown>>[],
      signal: AbortSignal,
    ): Promise<readonly BaseRecord[]> {
      const body = {
        ...{ performUpsert: { fieldsToMergeOn: [keyFieldId] }, typecast: true, returnFieldsByFieldId: true },
        records: rows.map((fields) => ({ fields })),
      };
      return recordsOf(
        await ask({ method: 'PATCH', path: ofTable(table), body, ...write('write rows') }, signal),
      );
    },
    /** Changes cells of records that are known, at most {@link recordsPerWrite}. */
    async update(
      table: string,
      rows: readonly { readonly id: string; readonly cells: Readonly<Record<string, unknown>> }[],
      signal: AbortSignal,
    ): Promise<readonly BaseRecord[]> {
      const records = rows.map(({ id, cells }) => ({ id, fields: cells }));
      const body = { records, typecast: true, returnFieldsByFieldId: true };
      return recordsOf(
        await ask({ method: 'PATCH', path: ofTable(table), body, ...write('write rows') }, signal),
      );
    },
    /** Deletes records, at most {@link recordsPerWrite}. @throws {TributaryError} SYNC_BASE_REJECTED when one is not there */
    async remove(table: string, ids: readonly string[], signal: AbortSignal): Promise<void> {
      const query = { records: [...ids] };
      await ask({ method: 'DELETE', path: ofTable(table), query, ...write('delete rows') }, signal);
    },
    /** Calls since it was asked last: add them to the month's. */
    takeCalls,
  };
}

const badAnswer = (what: string): TributaryError =>
  new TributaryError('DESTINATION_BAD_ANSWER', `The answer of Airtable has not ${what}.`);

function listOf<T>(answer: Body, name: string): readonly T[] {
  const list = answer[name];
  if (!Array.isArray(list)) throw badAnswer(name);
  return list as T[];
}

const recordsOf = (answer: Body): readonly BaseRecord[] =>
  listOf<{ id: string; createdTime: string; fields: Readonly<Record<string, unknown>> }>(
    answer,
    'records',
  ).map(({ id, createdTime, fields }) => ({ id, createdTime, cells: fields }));

const expiryOf = (time: unknown): Date => {
  const at = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  return new Date(Number.isFinite(at) ? at : Date.now() + webhookLifeMs);
};
