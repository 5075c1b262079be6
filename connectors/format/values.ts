import { z } from 'zod';
import type { JsonObject } from '../../domain/json.ts';

/** Slugs: what may stand in ids, paths and collection names. */
export const slug = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'expected a slug: a-z, 0-9, - and _')
  .meta({ examples: ['orders'] });
export const text = z
  .string()
  .min(1)
  .meta({ examples: ['Orders'] });
/** RFC 6901; the empty pointer is the whole document. */
export const pointer = z
  .string()
  .regex(/^(\/.*)?$/, 'expected a JSON pointer such as /data, or "" for the whole answer')
  .meta({ examples: ['/data'] });
/** Below the base address; may hold `{connection.<parameter>}`. */
export const path = z
  .string()
  .regex(/^\//, 'expected a path that starts with /')
  .meta({ examples: ['/v1/orders'] });
export const address = z
  .string()
  .regex(/^(\{baseUrl\}|https?:\/\/)/, 'expected an http(s) address, or one that starts with {baseUrl}')
  .meta({ examples: ['https://api.example.com', '{baseUrl}/oauth/token'] });
/** An address that is only shown to people. */
export const link = z
  .url({ protocol: /^https?$/, error: 'expected an http(s) address' })
  .meta({ examples: ['https://docs.example.com/api'] });
/** A field of a row: its name, or a JSON pointer (`/meta/updated_at`) for one further down. */
export const field = z
  .string()
  .min(1)
  .meta({ examples: ['updated_at', '/meta/updated_at'] });
/** The name of a parameter in an address. */
export const parameter = z
  .string()
  .min(1)
  .meta({ examples: ['page'] });
export const headerName = z
  .string()
  .regex(/^[A-Za-z0-9-]+$/, 'expected the name of a header')
  .meta({ examples: ['X-Api-Key'] });
/** A number and a unit: s, m, h or d. */
export const span = z
  .string()
  .regex(/^[1-9][0-9]*[smhd]$/, 'expected a number and s, m, h or d')
  .meta({ examples: ['2h', '3d'] });
export const plain = z.union([z.string(), z.number(), z.boolean()]).meta({ examples: ['open'] });
export const plainMap = z.record(text, plain).meta({ examples: [{ status: 'any' }] });
export const yesNo = z.boolean().meta({ examples: [true] });

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
/** JSON Schema, draft 7. */
export const jsonSchema = z.custom<JsonObject>(isObject, 'expected a JSON Schema (an object)').meta({
  type: 'object',
  allOf: [{ $ref: 'http://json-schema.org/draft-07/schema#' }],
  examples: [{ type: 'object', properties: { id: { type: 'string' } } }],
});

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of a span such as `2h`. */
export const spanMs = (value: string): number =>
  Number(value.slice(0, -1)) * unitMs[value.slice(-1) as keyof typeof unitMs];
