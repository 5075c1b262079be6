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
import type { BaseRecord, SyncBaseClient } from './airtable.ts';
import type { BaseChange as Action } from './payload.ts';
import type { BaseChange, BaseFace, Written } from './ports.ts';
import { fitIds, mayBeSchema } from './unfit.ts';

/** What the base is seen with. */
export interface FaceOptions {
  readonly client: SyncBaseClient;
  /** As it is known now. */
  readonly doc: () => SyncBaseDoc;
  /**
   * Looks at the tables and fields again.
   * @param retyped Ids of fields whose type was changed
   * @returns whether others than before cannot be used
   */
  readonly look: (retyped: ReadonlySet<string>) => Promise<boolean>;
  /** User ids and e-mail addresses, in small letters. */
  readonly developers: readonly string[];
  readonly signal: AbortSignal;
  readonly now: () => Date;
}

/** What wrote where no person is named (Airtable, "Webhooks action"). */
const programs: Readonly<Record<string, string>> = {
  publicApi: 'a program',
  automation: 'an automation',
  formSubmission: 'a form',
  formPageSubmission: 'a form',
  sync: 'a synced table',
  system: 'Airtable',
};

/** The base at Airtable in our words: tables, fields and cells by their names. */
export function createFace({ client, doc, look, developers, signal, now }: FaceOptions): BaseFace {
  const tableOf = (key: SyncTableKey) => {
    const ids = fitIds(doc())[key];
    if (ids === undefined)
      throw new TributaryError(
        'SYNC_BASE_UNFIT',
        `The base has no table for ${key}. Run tributary airtable setup.`,
      );
    return ids;
  };
  const keyOf = (table: string): SyncTableKey | undefined => {
    const ids = fitIds(doc());
    return syncTableKeys.find((key) => ids[key]?.id === table);
  };

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

  function changesOf(action: Action, place: number, retyped: ReadonlySet<string>): BaseChange[] {
    const { at, transaction, source, user } = action;
    const known = {
      ...{
        tx: transaction ?? place,
        at: at ?? now().getTime(),
        by: user === null ? (programs[source] ?? null) : user.email || user.name || user.id,
      },
      developer: user !== null && [user.id, user.email].some((one) => developers.includes(one.toLowerCase())),
      byApi: source === 'publicApi',
    };
    return action.tables.flatMap(({ table, created, changed, destroyed }) => {
      const key = keyOf(table);
      if (key === undefined) return [];
      const of = (
        kind: BaseChange['kind'],
        recordId: string,
        cells: Readonly<Record<string, unknown>> = {},
      ) => ({
        ...{ ...known, table: key, recordId, kind },
        // Those of a field whose type was changed were changed by that.
        cells:
          kind === 'deleted'
            ? {}
            : named(key, Object.fromEntries(Object.entries(cells).filter(([id]) => !retyped.has(id))), false),
      });
      return [
        ...created.map(({ record, cells }) => of('created', record, cells)),
        ...changed.map(({ record, cells }) => of('changed', record, cells)),
        ...destroyed.map((record) => of('deleted', record)),
      ];
    });
  }

  /** Airtable may keep a value otherwise than it was written, such as a text without its last line break. */
  function outcomeOf(
    key: SyncTableKey,
    { recordId, cells }: { readonly recordId: string | null; readonly cells: Cells },
    record: BaseRecord | undefined,
  ): Written {
    const kept = record === undefined ? {} : named(key, record.cells, true);
    const stored = Object.entries(kept).filter(
      ([name, value]) => cells[name] !== undefined && cells[name] !== value,
    );
    return { recordId: record?.id ?? recordId ?? '', stored: Object.fromEntries(stored) };
  }

  async function listOnce(key: SyncTableKey) {
    const found = [];
    for await (const page of client.records(tableOf(key).id, signal))
      for (const { id, createdTime, cells } of page)
        found.push({ recordId: id, createdTime, cells: named(key, cells, true) });
    return found;
  }

  async function writeAll(
    key: SyncTableKey,
    rows: readonly { readonly recordId: string | null; readonly cells: Cells }[],
  ): Promise<Written[]> {
    const { id, fields } = tableOf(key);
    const known = rows.filter(({ recordId }) => recordId !== null);
    const fresh = rows.filter(({ recordId }) => recordId === null);
    const written = new Map<object, Written>();
    if (known.length > 0) {
      const records = known.map(({ recordId, cells }) => ({
        id: recordId ?? '',
        cells: unnamed(key, cells),
      }));
      const stored = new Map((await client.update(id, records, signal)).map((one) => [one.id, one]));
      for (const row of known) written.set(row, outcomeOf(key, row, stored.get(row.recordId ?? '')));
    }
    if (fresh.length > 0) {
      const made = await client.upsert(
        ...([id, fields[idField] ?? idField, fresh.map(({ cells }) => unnamed(key, cells)), signal] as const),
      );
      for (const [index, row] of fresh.entries()) written.set(row, outcomeOf(key, row, made[index]));
    }
    return rows.map((row) => written.get(row) ?? { recordId: row.recordId ?? '' });
  }

  return {
    async changes(cursor) {
      const webhook = doc().webhook?.id;
      if (webhook === undefined) return null;
      try {
        const page = await client.payloads(webhook, cursor, signal);
        // An action may be told in several payloads, so the order says nothing.
        const tables = page.changes.flatMap((action) => action.tables);
        const retyped = new Set(tables.flatMap((table) => table.retyped));
        const isOther = page.changes.some(({ destroyedTables }) => destroyedTables.length > 0);
        if (isOther || tables.some(({ fields }) => fields)) await look(retyped);
        const ofAction = ({ transaction }: Action): ReadonlySet<string> =>
          new Set(
            page.changes
              .filter((one) => one.transaction === transaction)
              .flatMap((one) => one.tables.flatMap((table) => table.retyped)),
          );
        const changes = page.changes.flatMap((action, index) =>
          changesOf(action, cursor + index, retyped.size === 0 ? retyped : ofAction(action)),
        );
        return { changes, cursor: page.cursor, more: page.more };
      } catch (error) {
        if (error instanceof TributaryError && error.code === 'SYNC_BASE_WEBHOOK_GONE') return null;
        throw error;
      }
    },
    async begin() {
      const there = await client.webhooks(signal);
      const { webhook } = doc();
      const same = there.find(({ id }) => id === webhook?.id);
      if (webhook !== null && same?.enabled === true) return { ...webhook, expiresAt: same.expiresAt };
      if (same !== undefined) await client.deleteWebhook(same.id, signal);
      const { id, nextCursor, expiresAt } = await client.createWebhook(signal);
      return { id, cursor: nextCursor, createdAt: now(), expiresAt };
    },
    async list(key) {
      for (let tries = 1; ; tries += 1)
        try {
          return await listOnce(key);
        } catch (error) {
          // The place in a long list is not kept for ever.
          if (!isLost(error) || tries === mostListings) throw error;
        }
    },
    async write(key, rows) {
      try {
        return await writeAll(key, rows);
      } catch (error) {
        if (!isRefused(error) || (mayBeSchema(error) && (await look(new Set())))) throw error;
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

/** How often a list is begun whose place was lost. */
const mostListings = 3;
const isLost = (error: unknown): boolean =>
  error instanceof TributaryError &&
  ['LIST_RECORDS_ITERATOR_NOT_AVAILABLE', 'INVALID_OFFSET_VALUE'].includes(
    String(error.details.airtable ?? ''),
  );

const refusals = ['SYNC_BASE_REJECTED', 'SYNC_BASE_GONE'];
const isRefused = (error: unknown): error is TributaryError =>
  error instanceof TributaryError && refusals.includes(error.code);

/** Airtable's names of it; where it does not want to tell, 403 and 404. */
const noRecord = ['ROW_DOES_NOT_EXIST', 'RECORD_NOT_FOUND', 'MODEL_ID_NOT_FOUND'];
const isNoRecord = ({ code, details }: TributaryError): boolean =>
  noRecord.includes(String(details.airtable ?? '')) || code === 'SYNC_BASE_GONE';
