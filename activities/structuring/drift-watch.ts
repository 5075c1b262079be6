import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ResourceDefinition } from '../../connectors/definition.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { cursorId } from '../../stores/cursors.ts';
import type {
  CheckpointDoc,
  ConnectionDoc,
  Drift,
  FieldsSeen,
  LearnedSchemaDoc,
} from '../../stores/model.ts';
import type { ResourceInput } from '../contracts.ts';
import type { Life } from '../life.ts';
import type { FieldRules } from '../loading/fields.ts';
import { namesOf } from '../loading/paths.ts';
import type { ActivityPorts } from '../ports.ts';
import { createObserver, type DriftContext, describeDrift, driftOf, learn } from './drift.ts';
import { isObservable } from './structure-batch.ts';
import { tombstoneTest } from './tombstone.ts';

const rowsPerTurn = 1_000;

export interface DriftOptions {
  readonly resource: ResourceDefinition;
  readonly rules: FieldRules;
  readonly policy: ConnectionDoc['driftPolicy'];
}

/** What of a row's fields is declared or changed by our own settings, and so is no drift. */
export function driftContext(resource: ResourceDefinition, { only, drop, hash }: FieldRules): DriftContext {
  const { schema } = resource;
  const properties = schema === 'infer' ? {} : ((schema.properties as JsonObject | undefined) ?? {});
  const tops = (fields: readonly string[]) => fields.map(namesOf).filter((names) => names.length === 1);
  const dropped = new Set(tops(drop).map(([name = '']) => name));
  const kept = only === null ? null : new Set(only.map((field) => namesOf(field)[0] ?? ''));
  return {
    declared: new Set(Object.keys(properties)),
    hashed: new Set(hash.map((field) => namesOf(field)[0] ?? '')),
    isDropped: (name) => dropped.has(name) || kept?.has(name) === false,
  };
}

/**
 * Watches how the fields of a resource's rows differ from what was learned from earlier sessions, and what the
 * connection's policy makes of it: `ignore` takes no new fields, `propagate` takes them, `pause` stops.
 */
export async function createDriftWatch(
  { stores }: Pick<ActivityPorts, 'stores'>,
  { sessionId, connectionId, generation, resource: resourceId }: ResourceInput,
  { resource, rules, policy }: DriftOptions,
) {
  const known: LearnedSchemaDoc | null = await stores.schemas.get(connectionId, generation, resourceId);
  const context = driftContext(resource, rules);
  const judge = (seen: FieldsSeen): Drift => driftOf(known, seen, context);
  return {
    /** Fields that are taken; undefined: all. */
    taken: policy === 'ignore' && known !== null ? takenFields(known, resource, context) : undefined,
    judge,
    /** With `pause`: looks at all rows before any of them is merged. @throws TributaryError SCHEMA_DRIFT */
    async stopBefore(life: Pick<Life, 'stopIfAsked'>, { batches }: CheckpointDoc): Promise<void> {
      if (policy !== 'pause' || known === null) return;
      const isDeleted = tombstoneTest(resource);
      const observer = createObserver();
      for (let number = 0; number < batches; number++) {
        await life.stopIfAsked();
        const batch = await stores.loading.readBatch(sessionId, resourceId, number);
        for (const [index, row] of (batch?.rows ?? []).entries()) {
          if (index % rowsPerTurn === 0) await nextTurn();
          if (isObservable(row) && !isDeleted(row)) observer.add(row);
        }
      }
      const drift = judge(observer.seen());
      if (drift.class === 'none') return;
      throw new TributaryError(
        'SCHEMA_DRIFT',
        `The fields of ${resourceId} changed (${drift.class}). ${describeDrift(drift)}.`,
        { drift },
      );
    },
    async learn(seen: FieldsSeen): Promise<void> {
      if (seen.rows === 0) return;
      await stores.schemas.put({
        _id: cursorId(connectionId, generation, resourceId),
        fields: learn(known, seen, known === null || policy !== 'ignore'),
        sessionId,
        at: new Date(),
      });
    },
  };
}

function takenFields(
  known: LearnedSchemaDoc,
  { key, cursor, freshnessField, mapping = {} }: ResourceDefinition,
  { declared }: DriftContext,
): ReadonlySet<string> {
  const named = [...key, cursor, freshnessField, ...Object.keys(mapping)].filter(
    (name) => name !== undefined,
  );
  return new Set([
    ...known.fields.map(({ name }) => name),
    ...declared,
    ...named.map((field) => namesOf(field)[0] ?? ''),
  ]);
}
