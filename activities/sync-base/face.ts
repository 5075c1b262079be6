import { TributaryError } from '../../domain/errors.ts';
import {
  type Cell,
  cellOf,
  fieldsOfTable,
  idField,
  type SyncTableKey,
  syncTableKeys,
} from '../../domain/sync-base.ts';
import type { Cells } from '../../domain/sync-base-merge.ts';
import type { SyncBaseDoc } from '../../stores/model.ts';
import type { SyncBaseClient } from './airtable.ts';
import type { BaseChange as Action } from './payload.ts';
import type { BaseChange, BaseFace, Written } from './ports.ts';

/** What the base is seen with. */
export interface FaceOptions {
  readonly client: SyncBaseClient;
  readonly doc: SyncBaseDoc;
  /** User ids and e-mail addresses, in small letters. */
  readonly developers: readonly string[];
  readonly signal: AbortSignal;
  readonly now: () => Date;
}

/** The base at Airtable in our words: tables, fields and cells by their names. */
export function createFace({ client, doc, developers, signal, now }: FaceOptions): BaseFace {
  const tableOf = (key: SyncTableKey) => {
    const ids = doc.ids[key];
    if (ids === undefined)
      throw new TributaryError(
        'SYNC_BASE_UNFIT',
        `The base has no table for ${key}. Run tributary airtable setup.`,
      );
    return ids;
  };
  const keyOf = new Map(
    syncTableKeys.flatMap((key) => (doc.ids[key] ? [[doc.ids[key].id, key] as const] : [])),
  );

  /** Cells of a payload or record by our names; others are left out. */
  const named = (key: SyncTableKey, cells: Readonly<Record<string, unknown>>, whole: boolean): Cells => {
    const { fields } = tableOf(key);
    return Object.fromEntries(
      fieldsOfTable(key).flatMap(({ name, type }): [string, Cell][] => {
        const id = fields[name];
        if (id === undefined || (!whole && !(id in cells))) return [];
        return [[name, cellOf(type, cells[id])]];
      }),
    );
  };
  const unnamed = (key: SyncTableKey, cells: Cells): Readonly<Record<string, unknown>> => {
    const { fields } = tableOf(key);
    return Object.fromEntries(
      Object.entries(cells).flatMap(([name, value]) =>
        fields[name] === undefined ? [] : [[fields[name], value]],
      ),
    );
  };

  function changesOf(action: Action, place: number): BaseChange[] {
    const { at, transaction, source, user } = action;
    const known = {
      ...{
        tx: transaction ?? place,
        at: at ?? now().getTime(),
        by: user === null ? null : user.email || user.name || user.id,
      },
      developer: user !== null && [user.id, user.email].some((one) => developers.includes(one.toLowerCase())),
      // What programs write by the API is no person's edit, and ours is among it.
      own: source === 'publicApi',
    };
    return action.tables.flatMap(({ table, created, changed, destroyed }) => {
      const key = keyOf.get(table);
      if (key === undefined) return [];
      const of = (
        kind: BaseChange['kind'],
        recordId: string,
        cells: Readonly<Record<string, unknown>> = {},
      ) => ({
        ...{ ...known, table: key, recordId, kind },
        cells: kind === 'deleted' ? {} : named(key, cells, false),
      });
      return [
        ...created.map(({ record, cells }) => of('created', record, cells)),
        ...changed.map(({ record, cells }) => of('changed', record, cells)),
        ...destroyed.map((record) => of('deleted', record)),
      ];
    });
  }

  async function writeAll(
    key: SyncTableKey,
    rows: readonly { readonly recordId: string | null; readonly cells: Cells }[],
  ): Promise<Written[]> {
    const { id, fields } = tableOf(key);
    const known = rows.filter(({ recordId }) => recordId !== null);
    const fresh = rows.filter(({ recordId }) => recordId === null);
    const written = new Map<object, string>();
    if (known.length > 0) {
      const records = known.map(({ recordId, cells }) => ({
        id: recordId ?? '',
        cells: unnamed(key, cells),
      }));
      await client.update(id, records, signal);
      for (const row of known) written.set(row, row.recordId ?? '');
    }
    if (fresh.length > 0) {
      const made = await client.upsert(
        ...([id, fields[idField] ?? idField, fresh.map(({ cells }) => unnamed(key, cells)), signal] as const),
      );
      for (const [index, row] of fresh.entries()) written.set(row, made[index]?.id ?? '');
    }
    return rows.map((row) => ({ recordId: written.get(row) ?? '' }));
  }

  return {
    async changes(cursor) {
      const webhook = doc.webhook?.id;
      if (webhook === undefined) return null;
      try {
        const page = await client.payloads(webhook, cursor, signal);
        const changes = page.changes.flatMap((action, index) => changesOf(action, cursor + index));
        return { changes, cursor: page.cursor, more: page.more };
      } catch (error) {
        if (error instanceof TributaryError && error.code === 'SYNC_BASE_WEBHOOK_GONE') return null;
        throw error;
      }
    },
    async begin() {
      const there = await client.webhooks(signal);
      const same = there.find(({ id }) => id === doc.webhook?.id);
      if (doc.webhook !== null && same?.enabled === true) return doc.webhook;
      if (same !== undefined) await client.deleteWebhook(same.id, signal);
      const { id, nextCursor, expiresAt } = await client.createWebhook(signal);
      return { id, cursor: nextCursor, createdAt: now(), expiresAt };
    },
    async list(key) {
      const found = [];
      for await (const page of client.records(tableOf(key).id, signal))
        for (const { id, createdTime, cells } of page)
          found.push({ recordId: id, createdTime, cells: named(key, cells, true) });
      return found;
    },
    async write(key, rows) {
      try {
        return await writeAll(key, rows);
      } catch (error) {
        if (!isRefused(error)) throw error;
        const [only, ...others] = rows;
        if (only !== undefined && others.length === 0)
          return [{ recordId: null, gone: isNoRecord(error), text: error.message }];
        // One of them keeps the others back: each by itself.
        const results: Written[] = [];
        for (const row of rows) results.push(...(await this.write(key, [row])));
        return results;
      }
    },
    async remove(key, recordIds) {
      try {
        await client.remove(tableOf(key).id, recordIds, signal);
      } catch (error) {
        if (!isRefused(error)) throw error;
        if (recordIds.length > 1) for (const id of recordIds) await this.remove(key, [id]);
        else if (!isNoRecord(error)) throw error;
      }
    },
  };
}

const refusals = ['SYNC_BASE_REJECTED', 'SYNC_BASE_GONE'];
const isRefused = (error: unknown): error is TributaryError =>
  error instanceof TributaryError && refusals.includes(error.code);

/** `ROW_DOES_NOT_EXIST`, or 403 and 404 of a record. */
const isNoRecord = ({ code, message, details }: TributaryError): boolean =>
  /ROW_DOES_NOT_EXIST|RECORD|row does not exist/i.test(`${details.airtable ?? ''} ${message}`) ||
  code === 'SYNC_BASE_GONE';
