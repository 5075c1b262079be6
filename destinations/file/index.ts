import { z } from 'zod';
import { TributaryError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { DeliveryTarget, DestinationDriver } from '../contract.ts';
import { parseSettings } from '../parse.ts';
import { createDelivery } from './delivery.ts';
import { lookAt, usableFolder } from './folder.ts';
import { openPart } from './part.ts';
import { actionField, rowFormat } from './rows.ts';
import { endingOf, type FileConfiguration, fileConfiguration, nameOf } from './settings.ts';

/** Files of changes, JSON lines or CSV, one for each run. */
export const file: DestinationDriver<FileConfiguration, null> = {
  description: {
    kind: 'file',
    name: 'Files',
    limits: {
      rowsPerWrite: 5_000,
      requestsPerSecond: null,
      rowsPerRequest: 5_000,
      rowBytes: null,
      deletes: true,
    },
    configuration: z.toJSONSchema(fileConfiguration, { io: 'input' }) as JsonObject,
    secret: null,
    object: 'file',
  },
  parse: (configuration, secret) =>
    parseSettings({ configuration: fileConfiguration, secret: null }, configuration, secret),

  check: async ({ configuration, context }) => {
    const { problems } = await lookAt(configuration.folder, context.allow.folders);
    return { ok: problems.length === 0, problems, notes: [] };
  },
  plan: async (_settings, target) => ({ creates: [], problems: problemsOf(target) }),
  prepare: async () => undefined,

  open: async ({ configuration, context }, target, run) => {
    const problems = problemsOf(target);
    if (problems.length > 0) throw new TributaryError('INVALID_INPUT', problems.join(' '));
    const folder = await usableFolder(configuration.folder, context.allow.folders);
    const name = nameOf(target.object, { sync: target.syncId, run, date: context.now() });
    if (name === undefined) throw new TributaryError('INVALID_INPUT', nameProblem(target));
    return createDelivery({
      format: rowFormat(configuration, target),
      gzip: configuration.gzip,
      openPart: () => openPart(folder, target.syncId, context.now()),
      publish: (part) => part.publish(name, endingOf(configuration)),
    });
  },
};

const nameProblem = ({ object }: DeliveryTarget): string =>
  `"${object}" is no name of a file. Use letters, digits, "-", "_", "." and {sync}, {run}, {date}; no folders.`;

function problemsOf(target: DeliveryTarget): string[] {
  const example = { sync: target.syncId, run: `${target.syncId}.1`, date: new Date(0) };
  return [
    ...(nameOf(target.object, example) === undefined ? [nameProblem(target)] : []),
    ...(target.fields.some(({ name }) => name === actionField)
      ? [`The field ${actionField} says what is to be done with a row. Map to another name.`]
      : []),
  ];
}
