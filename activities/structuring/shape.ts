import type { ErrorObject } from 'ajv';
import type { ResourceDefinition } from '../../connectors/definition.ts';
import { fieldAt } from '../../connectors/pointer.ts';
import { isUnreadable } from '../../connectors/unreadable.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import type { QuarantineDoc } from '../../stores/model.ts';
import { whyUnstorable } from '../../stores/records.ts';
import { cursorOf, isTooLarge } from '../loading/rows.ts';
import { compileSchema } from '../schema.ts';
import { fingerprintOf } from './canonical.ts';
import { keyOf } from './key.ts';
import { tombstoneTest } from './tombstone.ts';

/** A row that fits its definition. */
export interface FitRow {
  readonly fits: true;
  readonly deleted: false;
  readonly key: string;
  readonly data: JsonObject;
  readonly fingerprint: string;
  readonly cursor: string | null;
  /** Value of the freshness field. */
  readonly fresh: string | null;
}

/** A row that says that its object is gone; nothing but its key and cursor counts. */
export interface DeletedRow {
  readonly fits: true;
  readonly deleted: true;
  readonly key: string;
  readonly cursor: string | null;
  readonly fresh: string | null;
}

/** A row for quarantine. */
export interface UnfitRow {
  readonly fits: false;
  readonly key: string | null;
  readonly reason: QuarantineDoc['reason'];
  readonly message: string;
}

export type Shape = (row: JsonValue) => FitRow | DeletedRow | UnfitRow;

/**
 * Compiles a resource's definition into the judge of its rows: a JSON object, readable, not too large, with a key, fitting
 * its JSON Schema; renamed by the mapping and fingerprinted. A tombstone needs no more than its key.
 * @param known Fields that are taken; all unless given.
 * @throws TributaryError DEFINITION_INVALID when the schema cannot be compiled.
 */
export function compileShape(resource: ResourceDefinition, known?: ReadonlySet<string>): Shape {
  const { key: keyFields, cursor, mapping = {}, freshnessField = cursor } = resource;
  const validate = compile(resource);
  const isDeleted = tombstoneTest(resource);
  const names = new Map(Object.entries(mapping).filter(([from]) => !from.startsWith('/')));
  const lifted = Object.entries(mapping).filter(([from]) => from.startsWith('/'));
  // Without a mapping the row is not copied: a batch of them is held in memory.
  const rename = (row: JsonObject): JsonObject => {
    const all = known === undefined || Object.keys(row).every((name) => known.has(name));
    if (all && names.size === 0 && lifted.length === 0) return row;
    const taken = all ? Object.entries(row) : Object.entries(row).filter(([name]) => known.has(name));
    const renamed = taken.map(([name, value]) => [names.get(name) ?? name, value] as const);
    const up = lifted.flatMap(([from, to]) => {
      const value = fieldAt(row, from);
      return value === undefined ? [] : [[to, value] as const];
    });
    return Object.fromEntries([...renamed, ...up]);
  };

  return (row) => {
    if (typeof row !== 'object' || row === null || Array.isArray(row))
      return unfit(null, 'NOT_AN_OBJECT', 'The row is not a JSON object.');
    const object = row as JsonObject;
    if (isTooLarge(object))
      return unfit(null, 'TOO_LARGE', `The row has ${object.bytes} bytes; its SHA-256 is ${object.sha256}.`);
    if (isUnreadable(object)) return unfit(null, 'ROW_UNREADABLE', `${object.place}: ${object.why}`);
    const key = keyOf(object, keyFields);
    if (key === null)
      return unfit(
        null,
        'KEY_MISSING',
        `The key (${keyFields.join(', ')}) is missing, empty, or a number too large to be exact.`,
      );
    if (isDeleted(object))
      return {
        fits: true,
        deleted: true,
        key,
        cursor: cursorOf(object, cursor),
        fresh: cursorOf(object, freshnessField),
      };
    if (!validate(object)) return unfit(key, 'SCHEMA_MISMATCH', describe(validate.errors ?? []));
    const data = rename(object);
    const unstorable = whyUnstorable(data);
    if (unstorable !== null) return unfit(key, 'SCHEMA_MISMATCH', unstorable);
    return {
      fits: true,
      deleted: false,
      key,
      data,
      fingerprint: fingerprintOf(data),
      cursor: cursorOf(object, cursor),
      fresh: cursorOf(object, freshnessField),
    };
  };
}

function compile({ id, schema }: ResourceDefinition) {
  try {
    return compileSchema(schema === 'infer' ? {} : schema);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new TributaryError(
      'DEFINITION_INVALID',
      `The schema of ${id} cannot be used: ${why}`,
      {},
      { cause: error },
    );
  }
}

const unfit = (key: string | null, reason: UnfitRow['reason'], message: string): UnfitRow => ({
  fits: false,
  key,
  reason,
  message,
});

/** At most three faults, each with the place in the row; never the value, which may be anything. */
const describe = (errors: readonly ErrorObject[]): string =>
  errors
    .slice(0, 3)
    .map(
      ({ instancePath, message }) =>
        `${instancePath === '' ? 'row' : instancePath.slice(1)} ${message ?? 'does not fit'}`,
    )
    .join('; ');
