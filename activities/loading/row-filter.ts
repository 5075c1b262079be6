import { createHash } from 'node:crypto';
import type { ResourceDefinition } from '../../connectors/definition.ts';
import { isUnreadable, unreadableRow } from '../../connectors/unreadable.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { canonical } from '../structuring/canonical.ts';
import { createFieldFilter, type FieldRules, hasRules } from './fields.ts';

/**
 * What is left of the rows of a resource before anything of them is stored: the field rules, then the field that stands
 * for a key. Of a row that could not be read its fields cannot be told apart: where there are rules, its text goes.
 */
export function createRowFilter(
  { contentField }: Pick<ResourceDefinition, 'contentField'>,
  rules: FieldRules,
  hashKey: Buffer,
): (row: JsonValue) => JsonValue {
  const byRules = createFieldFilter(rules, hashKey);
  const ruled = hasRules(rules);
  return (row) => {
    if (isUnreadable(row)) return ruled ? unreadableRow({ ...row, text: '' }) : row;
    const left = byRules(row);
    return contentField === undefined ? left : withContent(left, contentField);
  };
}

function withContent(row: JsonValue, field: string): JsonValue {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return row;
  const { [field]: _before, ...rest } = row as JsonObject;
  return { ...rest, [field]: createHash('sha256').update(canonical(rest)).digest('hex') };
}
