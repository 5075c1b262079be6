import type { Db } from 'mongodb';
import { z } from 'zod';
import { TributaryError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { unlessAborted } from '../abort.ts';
import type { DeliveryTarget, DestinationDriver, OpenDestination } from '../contract.ts';
import { parseSettings } from '../parse.ts';
import { problemsOf } from './access.ts';
import { holdClient } from './clients.ts';
import { createDelivery, mostBytes } from './delivery.ts';
import { failureOf } from './failures.ts';
import {
  type MongodbConfiguration,
  type MongodbSecret,
  mongodbConfiguration,
  mongodbSecret,
} from './settings.ts';

type Settings = OpenDestination<MongodbConfiguration, MongodbSecret>;

/** Documents of a collection, upserted by `_id`. */
export const mongodb: DestinationDriver<MongodbConfiguration, MongodbSecret> = {
  description: {
    kind: 'mongodb',
    name: 'MongoDB',
    limits: {
      rowsPerWrite: 1_250,
      requestsPerSecond: null,
      rowsPerRequest: 1_250,
      rowBytes: mostBytes,
      deletes: true,
    },
    configuration: z.toJSONSchema(mongodbConfiguration) as JsonObject,
    secret: z.toJSONSchema(mongodbSecret) as JsonObject,
    object: 'collection',
  },
  parse: (configuration, secret) =>
    parseSettings({ configuration: mongodbConfiguration, secret: mongodbSecret }, configuration, secret),

  check: async (settings) => {
    try {
      return await asked(settings, async (db) => {
        const info = await db.admin().command({ buildInfo: 1 });
        const problems = await problemsOf(db);
        return { ok: problems.length === 0, problems, notes: [`MongoDB ${info.version}`] };
      });
    } catch (error) {
      if (!(error instanceof TributaryError)) throw error;
      return { ok: false, problems: [error.message], notes: [] };
    }
  },

  plan: async (settings, target) => {
    const problems = targetProblems(target);
    if (problems.length > 0) return { creates: [], problems };
    return asked(settings, async (db) => {
      const found = await findCollection(db, target.object);
      if (found === undefined)
        return {
          creates: [`The collection ${target.object} in the database ${db.databaseName}.`],
          problems: [],
        };
      const usable = found.type === undefined || found.type === 'collection';
      const problem = `${target.object} is a ${found.type}, which takes no updates. Name a collection.`;
      return { creates: [], problems: usable ? [] : [problem] };
    });
  },

  prepare: (settings, target) =>
    asked(settings, async (db) => {
      if ((await findCollection(db, target.object)) === undefined)
        await db.createCollection(target.object).catch(unlessMadeMeanwhile);
    }),

  open: async ({ configuration, secret, context, signal }, target) => {
    const problems = targetProblems(target);
    if (problems.length > 0) throw new TributaryError('INVALID_INPUT', problems.join(' '));
    const { client, release } = await holdClient(secret.uri, context.egress, signal);
    return createDelivery(client.db(configuration.database).collection(target.object), target, release);
  },
};

/** Asks the database something. @throws {TributaryError} for what the driver throws */
async function asked<T>(
  { configuration, secret, context, signal }: Settings,
  ask: (db: Db) => Promise<T>,
): Promise<T> {
  const { client, release } = await holdClient(secret.uri, context.egress, signal);
  try {
    return await unlessAborted(ask(client.db(configuration.database)), signal);
  } catch (error) {
    throw failureOf(error);
  } finally {
    await release();
  }
}

/** The embedded store gives all, whatever name is asked for. */
async function findCollection(db: Db, name: string) {
  const found = await db.listCollections({ name }).toArray();
  return found.find((one) => one.name === name);
}

const namespaceExists = 48;

function unlessMadeMeanwhile(error: { readonly code?: unknown }): void {
  if (error.code !== namespaceExists) throw error;
}

/** Names that MongoDB takes for something else, or not at all. */
function targetProblems({ object, keyField, fields }: DeliveryTarget): string[] {
  const collection =
    object === '' || /[$\0]/.test(object) || object.startsWith('system.') || Buffer.byteLength(object) > 120
      ? [`A collection cannot be named "${object}". Choose another name, without "$" and not "system.".`]
      : [];
  const names = fields.map(({ name }) => name);
  return [
    ...collection,
    ...names
      .filter((name) => name === '' || name.startsWith('$') || /[.\0]/.test(name))
      .map(
        (name) =>
          `A field cannot be named "${name}": MongoDB takes "$" and dots for paths. Map to another name.`,
      ),
    ...(keyField !== '_id' && names.includes('_id')
      ? ['The field _id holds the key of the row. Map it as the key field, or map to another name.']
      : []),
  ];
}
