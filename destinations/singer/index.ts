import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { z } from 'zod';
import { TributaryError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { DeliveryTarget, DestinationDriver, OpenDestination } from '../contract.ts';
import { parseSettings } from '../parse.ts';
import { openDelivery } from './delivery.ts';
import {
  configurationSchema,
  type SingerConfiguration,
  type SingerSecret,
  secretSchema,
} from './settings.ts';

type Settings = OpenDestination<SingerConfiguration, SingerSecret>;

const rowsPerWrite = 1_000;

/** Any Singer target of the allow list: rows go to its input, and are delivered when it gives back the state. */
export const singer: DestinationDriver<SingerConfiguration, SingerSecret> = {
  description: {
    kind: 'singer',
    name: 'Singer target',
    limits: {
      rowsPerWrite,
      requestsPerSecond: null,
      rowsPerRequest: rowsPerWrite,
      rowBytes: null,
      deletes: true,
    },
    configuration: z.toJSONSchema(configurationSchema, { io: 'input' }) as JsonObject,
    secret: z.toJSONSchema(secretSchema, { io: 'input' }) as JsonObject,
    object: 'stream',
  },
  parse: (configuration, secret) =>
    parseSettings({ configuration: configurationSchema, secret: secretSchema }, configuration, secret),
  async check(settings) {
    const { target } = settings.configuration;
    const [path] = commandOf(settings) ?? [];
    const problem =
      path === undefined
        ? notAllowed(settings)
        : await access(path, constants.X_OK).then(
            () => null,
            () => `The program of the target "${target}" is not there or may not be run. Install it.`,
          );
    return { ok: problem === null, problems: problem === null ? [] : [problem], notes: [] };
  },
  plan: async (settings, target) => ({
    creates: [],
    problems: [...(commandOf(settings) === undefined ? [notAllowed(settings)] : []), ...problemsOf(target)],
  }),
  // A target makes tables by itself, with the first rows.
  prepare: async () => undefined,
  async open(settings, target) {
    const { configuration, secret, context } = settings;
    settings.signal.throwIfAborted();
    const command = commandOf(settings);
    if (command === undefined) throw new TributaryError('DESTINATION_GONE', notAllowed(settings));
    const problems = problemsOf(target);
    if (problems.length > 0) throw new TributaryError('INVALID_INPUT', problems.join(' '));
    return openDelivery(
      {
        command,
        configuration: { ...configuration.configuration, ...secret?.configuration } as JsonObject,
        quietMs: configuration.quietSecs * 1_000,
      },
      target,
      context.now,
    );
  },
};

function commandOf({ configuration, context }: Settings): readonly string[] | undefined {
  const { executables } = context.allow;
  return Object.hasOwn(executables, configuration.target) ? executables[configuration.target] : undefined;
}

function notAllowed({ configuration, context }: Settings): string {
  const names = Object.keys(context.allow.executables);
  const known = names.length === 0 ? 'none is' : `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'}`;
  return `The target "${configuration.target}" is not on the allow list of this installation; ${known}.`;
}

function problemsOf({ object, keyField, fields }: DeliveryTarget): string[] {
  const names = fields.map(({ name }) => name);
  return [
    ...(object === '' ? ['The stream needs a name.'] : []),
    ...(names.includes(keyField) ? [] : [`The key field "${keyField}" is not among the fields.`]),
    ...names
      .filter((name) => name.startsWith('_sdc_'))
      .map((name) => `The field "${name}" has a name that Singer keeps for itself. Map to another name.`),
  ];
}
