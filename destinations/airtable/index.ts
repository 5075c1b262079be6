import { z } from 'zod';
import { TributaryError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { DestinationDriver } from '../contract.ts';
import { check } from './check.ts';
import { createClient, requestsPerSecond } from './client.ts';
import {
  type AirtableConfiguration,
  type AirtableSecret,
  configurationSchema,
  parse,
  secretSchema,
} from './configuration.ts';
import { createDelivery, rowBytes, rowsPerRequest } from './delivery.ts';
import { duplicateKeys } from './duplicates.ts';
import { compare, findTable, gone, makeMissing, problemsOf, readTables } from './tables.ts';

/** A table of an Airtable base; rows are upserted by a key field. */
export const airtable: DestinationDriver<AirtableConfiguration, AirtableSecret> = {
  description: {
    kind: 'airtable',
    name: 'Airtable',
    // Two seconds of work: what is delivered is confirmed and a cancel is heard so often.
    limits: { rowsPerWrite: 100, requestsPerSecond, rowsPerRequest, rowBytes, deletes: true },
    configuration: z.toJSONSchema(configurationSchema, { io: 'input' }) as JsonObject,
    secret: z.toJSONSchema(secretSchema, { io: 'input' }) as JsonObject,
    object: 'table',
  },
  parse,
  check,
  async plan(settings, target) {
    const { configuration, signal } = settings;
    const faults = problemsOf(target);
    if (faults.length > 0) return { creates: [], problems: faults };
    const client = createClient(settings);
    const table = findTable(await readTables(client, configuration.base, signal), target.object);
    if (table === undefined) {
      const names = target.fields.map(({ name }) => `"${name}"`).join(', ');
      return { creates: [`The table "${target.object}" with the fields ${names}.`], problems: [] };
    }
    const { missing, problems } = compare(table, target, configuration.typecast);
    const creates = missing.map(({ name }) => `The field "${name}" in the table "${table.name}".`);
    if (problems.length > 0 || missing.some(({ name }) => name === target.keyField))
      return { creates, problems };
    const notes = await duplicateKeys(client, table.id, target.keyField, signal);
    return { creates, problems, ...(notes.length === 0 ? {} : { notes }) };
  },
  prepare: (settings, target) => makeMissing(createClient(settings), settings, target),
  async open(settings, target) {
    const { configuration, signal } = settings;
    const client = createClient(settings);
    const table = findTable(await readTables(client, configuration.base, signal), target.object);
    if (table === undefined)
      throw gone(`The base has no table "${target.object}".`, { code: 'TABLE_NOT_FOUND' });
    const { missing, problems } = compare(table, target, configuration.typecast);
    const said = [
      ...missing.map(({ name }) => `The table "${table.name}" has no field "${name}".`),
      ...problems,
    ];
    if (said.length > 0) throw new TributaryError('DESTINATION_GONE', said.join(' '));
    return createDelivery(client, settings, target, table.id);
  },
};
