import type { ResourceDefinition } from '../../connectors/definition.ts';
import type { JsonValue } from '../../domain/json.ts';
import type { ConnectionDoc } from '../../stores/model.ts';
import { createFieldFilter, type FieldRules } from '../loading/fields.ts';
import { isStandIn } from '../loading/rows.ts';

/** What a hash of ours looks like: HMAC-SHA256 in hex. */
const ourHash = /^[0-9a-f]{64}$/;

/**
 * Treats a row of quarantine by the field rules as they are now. It was treated by those of its time already, so what
 * is hashed is not hashed again.
 */
export function createReplayFilter(rules: FieldRules, hashKey: Buffer): (row: JsonValue) => JsonValue {
  const whole = createFieldFilter({ ...rules, hash: [] }, hashKey);
  const fields = rules.hash.map((name) => ({
    hash: createFieldFilter({ only: null, drop: [], hash: [name] }, hashKey),
    look: createFieldFilter({ only: [name], drop: [], hash: [] }, hashKey),
  }));
  return (row) => {
    // Its hash and its beginning are all there is of it.
    if (isStandIn(row)) return row;
    let left = whole(row);
    for (const { hash, look } of fields) if (!isHashed(look(left))) left = hash(left);
    return left;
  };
}

function isHashed(value: JsonValue): boolean {
  if (typeof value === 'string') return ourHash.test(value);
  if (typeof value !== 'object' || value === null) return false;
  const inner = Object.values(value);
  return inner.length > 0 && inner.every((one) => isHashed(one as JsonValue));
}

/** Whether sessions read the resource. */
export const isEnabled = ({ resources }: Pick<ConnectionDoc, 'resources'>, id: string): boolean =>
  resources.some((one) => one.id === id && one.enabled);

/** Whether what a whole read no longer has is deleted. */
export const deletesAbsent = ({ deletes }: Pick<ResourceDefinition, 'deletes'>): boolean =>
  deletes?.kind === 'absent';
