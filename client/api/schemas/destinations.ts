import { z } from 'zod';
import { destinationKinds } from '../../../domain/delivery.ts';
import { json, jsonObject, slug, time } from './common.ts';

const name = z.string().trim().min(1, 'must not be empty').max(200, 'must have at most 200 characters');
const slots = z
  .int('must be a whole number')
  .min(1, 'must be 1 or more')
  .max(100, 'must be at most 100')
  .describe('Runs that may deliver at a time; the others wait in a queue');
const quota = z
  .strictObject({
    requestsPerMonth: z.int('must be a whole number').min(1, 'must be 1 or more'),
    over: z.enum(['refuse', 'warn']).default('refuse').describe('When a run would need more than is left'),
  })
  .describe('Requests of a calendar month (UTC)');

export const destinationParams = z.object({
  id: slug.describe('Destination id').meta({ examples: ['warehouse'] }),
});

export const destinationBody = z
  .strictObject({
    id: slug,
    kind: z.enum(destinationKinds),
    name: name.optional().describe('For people; default: the id'),
    configuration: jsonObject.default({}).describe('By the JSON Schema of its kind'),
    secret: json.optional().describe('By the JSON Schema of its kind; stored encrypted and never answered'),
    quota: quota.nullable().default(null),
    slots: slots.default(1),
  })
  .meta({
    examples: [
      {
        id: 'warehouse',
        kind: 'mongodb',
        configuration: { database: 'sales' },
        secret: { uri: 'mongodb://writer:password@db.example.com:27017' },
      },
    ],
  });

export const destinationChange = z
  .strictObject({
    name: name.optional(),
    configuration: jsonObject.optional().describe('Takes the place of the one before'),
    secret: json.optional().describe('Left out, the stored one stays'),
    quota: quota.nullable().optional(),
    slots: slots.optional(),
    moved: z
      .boolean()
      .optional()
      .describe('It is another place now: its syncs deliver everything again. Default: by what changed'),
  })
  .refine((body) => Object.keys(body).length > 0, 'names nothing that changes')
  .meta({ examples: [{ name: 'Sales warehouse', slots: 2 }] });

export const destination = z.object({
  id: slug,
  kind: z.enum(destinationKinds),
  name: z.string(),
  configuration: jsonObject,
  hasSecret: z.boolean(),
  quota: quota.nullable(),
  requestsThisMonth: z.int().nullable().describe('Counted where a quota is set'),
  slots: z.int(),
  syncs: z.array(slug).describe('That deliver to it'),
  createdAt: time,
  updatedAt: time,
});
export const destinationList = z.object({ destinations: z.array(destination) });
export const destinationChanged = z.object({
  destination,
  effects: z.array(z.string()).describe('What follows from the change'),
});
export const destinationRemoved = z.object({ id: slug, removed: z.literal(true) });

export const destinationCheck = z.object({
  ok: z.boolean(),
  problems: z.array(z.string()).describe('Everything that is wrong, each with what to do'),
  notes: z.array(z.string()),
});

export const destinationKindList = z.object({
  kinds: z.array(
    z.object({
      kind: z.enum(destinationKinds),
      name: z.string(),
      object: z.string().describe('What a sync delivers into: collection, table, path, file, stream'),
      limits: z.object({
        rowsPerWrite: z.int(),
        requestsPerSecond: z.number().nullable(),
        rowsPerRequest: z.int(),
        rowBytes: z.int().nullable(),
        deletes: z.boolean(),
      }),
      configuration: jsonObject.describe('JSON Schema'),
      secret: jsonObject.nullable().describe('JSON Schema; null: it has none'),
    }),
  ),
});

export type DestinationBody = z.input<typeof destinationBody>;
export type DestinationChange = z.input<typeof destinationChange>;
export type Destination = z.infer<typeof destination>;
export type DestinationChanged = z.infer<typeof destinationChanged>;
export type DestinationCheckView = z.infer<typeof destinationCheck>;
export type DestinationKinds = z.infer<typeof destinationKindList>;
